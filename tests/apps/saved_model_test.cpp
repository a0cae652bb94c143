#include "apps/run/saved_model.h"

#include <nlohmann/json.hpp>
#include "tests/support/catch.h"

#include "layers/safetensors.h"
#include "tests/data/temporary_folder.h"

namespace norma {
namespace {

TEST_CASE("a saved model whose normalization does not fit its network's images is refused", "[data]") {
  const test::TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  const auto error = [&](const nlohmann::json& mean, const nlohmann::json& std) {
    const nlohmann::json config = {{"network", {{"name", "mnist-9752"}, {"norm", "bn"}, {"groups", nullptr}}},
                                   {"data", {{"normalization_mean", mean}, {"normalization_std", std}}}};
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
  CHECK_THAT(error({0.1}, {0}),
             Catch::StartsWith(begin) && Catch::Contains("standard deviation 0 for channel 0"));
  CHECK_THAT(error({0.1}, {nullptr}), Catch::Contains("is not one of cifar_norm's"));  // JSON's NaN
  CHECK_THAT(error({0.1}, {0.3}), !Catch::Contains("normalization"));  // on to the weights, which are missing
}

}  // namespace
}  // namespace norma
