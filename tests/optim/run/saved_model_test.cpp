#include "optim/run/saved_model.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include "tests/support/catch.h"

#include "layers/safetensors.h"
#include "optim/presets.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/process.h"

namespace norma {
namespace {

using Catch::Contains;
using nlohmann::json;

json config_of_a_model() {
  return {{"network", {{"name", "mnist-9752"}, {"norm", "bn"}, {"groups", nullptr}}},
          {"data", {{"normalization_mean", {0.1}}, {"normalization_std", {0.3}}}}};
}

TEST_CASE("a saved model whose normalization does not fit its network's images is refused", "[data]") {
  const test::TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  const auto error = [&](const json& mean, const json& std) {
    json config = config_of_a_model();
    config["data"] = {{"normalization_mean", mean}, {"normalization_std", std}};
    save_safetensors(file, {}, {{"config", config.dump()}});
    return test::text_thrown<Error>([&] { load_saved_model(file); });
  };
  const std::string begin = "the normalization in " + file.string();
  const std::vector<double> twenty(20, 0.5);
  CHECK(
      error(twenty, twenty) ==
      begin +
          " has 20 means and 20 standard deviations, but the images have 1 channel: expected one of each per "
          "channel");
  for (const std::size_t count : {0u, 2u, 4u}) {
    const std::vector<double> some(count, 0.5);
    CHECK_THAT(error(some, some), Contains(fmt::format("has {} means", count)));
    CHECK_THAT(error({0.5}, some), Contains(fmt::format("has 1 mean and {} standard deviations", count)));
  }
  CHECK_THAT(error({0.1}, {0}), Catch::StartsWith(begin) && Contains("standard deviation 0 for channel 0"));
  CHECK_THAT(error({0.1}, {nullptr}), Contains("normalization_std[0] is null"));  // JSON's NaN
  CHECK_THAT(error({nullptr}, {0.1}), Contains("normalization_mean[0] is null"));
  CHECK_THAT(error({"0.1"}, {0.3}), Contains("normalization_mean[0] is \"0.1\" instead of a number"));
  CHECK_THAT(error({0.1}, {-0.3}), Contains("normalization_std[0] is -0.3 instead of a number from 0"));
  CHECK_THAT(error({1e300}, {0.3}), Contains("normalization_mean[0] is 1e+300 instead of a number"));
  CHECK_THAT(error({0.1}, {1e300}), Contains("normalization_std[0] is 1e+300 instead of a number"));
  CHECK_THAT(error(0.1, {0.3}), Contains("normalization_mean is 0.1 instead of a list"));
  CHECK_THAT(error({0.1}, {0.3}), !Contains("normalization"));  // on to the weights, which are missing
}

TEST_CASE("a saved model is refused where its configuration is not one of Norma's", "[saved_run]") {
  const test::TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  const auto error_of_text = [&](const std::string& config) {
    save_safetensors(file, {}, {{"config", config}});
    std::string text;
    try {
      load_saved_model(file);
    } catch (const UsageError& e) {
      FAIL("as if the command line were wrong: " << e.what());
    } catch (const Error& e) {
      text = e.what();
    }
    CHECK_THAT(text, Contains(file.string()));
    return text;
  };
  const auto error = [&](const std::string& path, const json& value) {
    json config = config_of_a_model();
    config[json::json_pointer(path)] = value;
    return error_of_text(config.dump());
  };
  CHECK_THAT(error("/network/norm", "n"), Contains("with the norm n, is not one that this version knows"));
  CHECK_THAT(error("/network/norm", 3), Contains("network.norm is 3 instead of a text"));
  CHECK_THAT(error("/network/name", "vgg"), Contains("vgg with the norm bn, is not one"));
  CHECK_THAT(error("/network/groups", 0), Contains("network.groups is 0 instead of a whole number from 1"));
  CHECK_THAT(error("/network/groups", "4"), Contains("network.groups is \"4\""));
  CHECK_THAT(error("/network", json::array()), Contains("network is a list of 0 instead of an object"));
  CHECK_THAT(error("/data/set", "mnist2"), Contains("data.set is 'mnist2', which is not a data set"));
  CHECK_THAT(error("/data/set", "cifar10"), Contains("mnist-9752, does not take the images of CIFAR-10"));
  CHECK_THAT(error("/data/labels", "rough"), Contains("data.labels is neither fine nor coarse"));
  CHECK_THAT(error("/data/classes", "ten"), Contains("data.classes is \"ten\" instead of a list"));
  CHECK_THAT(error("/data/classes", std::vector<int>(10)),
             Contains("data.classes[0] is 0 instead of a text"));
  CHECK_THAT(error("/data/classes", std::vector<std::string>(10'001)), Contains("a list of at most 10000"));
  CHECK_THAT(error("/data/classes", {"a\x1b[2J", "b"}),
             Contains("one of data.classes has control characters"));
  CHECK_THAT(error("/network/name", "a\nb"), Contains("network.name has control characters"));
  CHECK_THAT(error("/data/held_out", 0.5), Contains("data.held_out is 0.5 instead of an object"));
  CHECK_THAT(error("/data/held_out", {{"share", 2}, {"seed", 1}}), Contains("data.held_out.share is 2"));
  CHECK_THAT(error("/data/held_out", {{"share", 0.5}, {"seed", -1}}), Contains("data.held_out.seed is -1"));
  CHECK_THAT(error("/training", {{"epochs", 1e300}}), Contains("training.epochs is 1e+300"));
  CHECK_THAT(error_of_text("[]"), Contains("its JSON is a list of 0 instead of an object"));
  CHECK_THAT(error_of_text("{}"), Contains("data is missing"));
  CHECK_THAT(error_of_text("{"), Contains("is not JSON"));

  json config = config_of_a_model();
  config["network"]["norm"] = "gn", config["network"]["groups"] = 7;
  CHECK_THAT(error_of_text(config.dump()), Contains("cannot be made") && Contains("7"));
  config = config_of_a_model();
  config["data"]["set"] = "mnist", config["data"]["labels"] = "coarse";
  CHECK_THAT(error_of_text(config.dump()), Contains("data.labels is coarse, and MNIST has no such labels"));
  config["data"]["labels"] = "fine", config["data"]["classes"] = {"a", "b"};
  CHECK_THAT(error_of_text(config.dump()), Contains("data.classes are 2 instead of the 10 of MNIST"));
}

TEST_CASE("weights that do not fit the network of the file are refused", "[saved_run]") {
  const test::TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  auto state = find_preset("mnist-9752").network({.norm = Norm::bn})->state_dict();
  const auto error = [&] {
    save_safetensors(file, state, {{"config", config_of_a_model().dump()}});
    return test::text_thrown<Error>([&] { load_saved_model(file); });
  };
  CHECK(error().empty());
  state.push_back({"more", Tensor::zeros({100'000})});
  CHECK_THAT(error(), Contains("numbers, and the network that it describes has"));
  state.pop_back();
  state.front().tensor = Tensor::zeros({3});
  CHECK_THAT(error(), Contains("the weights in " + file.string() + " do not fit its network, mnist-9752"));
}

TEST_CASE("weights that are NaN are not tested", "[saved_run]") {
  const test::TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  auto state = find_preset("mnist-9752").network({.norm = Norm::bn})->state_dict();
  state.front().tensor.data<float>()[0] = std::nanf("");
  save_safetensors(file, state, {{"config", config_of_a_model().dump()}});
  const test::Finished done =
      test::run_program({NORMA_CIFAR_NORM, "eval", file, "--data-set", "mnist", "--data", "synthetic"});
  CHECK(done.status == 1);
  CHECK(
      done.err ==
      fmt::format("cifar_norm: {} cannot be tested: the parameter {} has numbers that are NaN or infinite\n",
                  file.string(), state.front().name));
}

TEST_CASE("a program ends with one sentence where a model's configuration is nested a million times",
          "[saved_run]") {
  const test::TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  save_safetensors(file, {}, {{"config", fmt::format("{{\"network\": {}", std::string(1'000'000, '['))}});
  const test::Finished done = test::run_program({NORMA_CIFAR_NORM, "eval", file});
  CHECK(done.status == 1);
  CHECK(done.err == fmt::format("cifar_norm: the configuration in {}: its JSON is nested more than 32 deep\n",
                                file.string()));
}

}  // namespace
}  // namespace norma
