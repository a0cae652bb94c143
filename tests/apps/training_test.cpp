// Training end to end: with the library and with the program.
#include "optim/trainer.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/cli/options.h"
#include "core/autograd.h"
#include "core/device_memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "data/synthetic.h"
#include "layers/functional/loss.h"
#include "layers/functional/reshape.h"
#include "layers/fusion.h"
#include "layers/linear.h"
#include "layers/safetensors.h"
#include "optim/presets.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/norms.h"
#include "tests/support/process.h"

using namespace norma;
using namespace norma::test;
namespace fs = std::filesystem;

namespace {

TrainingData synthetic_data(std::int64_t train, std::int64_t test) {
  DataSplit split = make_synthetic(1, train, test);
  return {split.train, split.test, {}, cifar10_normalization};
}

std::vector<nlohmann::json> read_lines(const fs::path& file) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

// A short run of the program on the built-in images.
std::vector<std::string> short_run(const fs::path& out, std::vector<std::string> more = {}) {
  std::vector<std::string> argv = {NORMA_CIFAR_NORM,
                                   "--data",
                                   "synthetic",
                                   "--limit-train",
                                   "64",
                                   "--limit-test",
                                   "32",
                                   "--batch-size",
                                   "16",
                                   "--epochs",
                                   "2",
                                   "--out",
                                   out.string()};
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

}  // namespace

TEST_CASE("a network memorises 32 images, whatever the norm", "[training]") {
  const TrainingData data = synthetic_data(32, 32);
  for (const Norm norm : every_norm()) {
    if (sanitized && norm != Norm::bn) continue;
    CAPTURE(name(norm));
    Options options;
    options.network = {.norm = norm, .groups = {}, .dropout = 0.0};
    options.recipe.batch_size = 32;
    options.recipe.epochs = 150;
    options.recipe.optimizer = "adam";
    options.recipe.lr = 0.003;
    manual_seed(1);
    Trainer trainer(make_network(options), data, options.recipe);
    EpochResult result;
    int epoch = 0;
    do result = trainer.run_epoch([](const StepReport&) { return true; });
    while (result.train.accuracy < 100 && ++epoch < options.recipe.epochs);
    CHECK(result.train.accuracy == 100);
  }
}

TEST_CASE("ten steps give the same weights with and without fusion", "[training][fusion]") {
  const TrainingData data = synthetic_data(sanitized ? 32 : 160, 10);
  for (const Norm norm : all_norms_and_none())
    for (const double dropout : {0.0, 0.2}) {
      if (sanitized && dropout == 0) continue;
      CAPTURE(name(norm), dropout);
      const auto train = [&] {
        Options options;
        options.network = {.norm = norm, .groups = {}, .dropout = dropout};
        options.recipe.batch_size = 16;
        options.recipe.lr = 0.005;  // for the norms that leave the scale free too
        manual_seed(3);
        const auto network = make_network(options);
        const EpochResult result =
            Trainer(network, data, options.recipe).run_epoch([](const StepReport&) { return true; });
        std::vector<double> all = {result.train.loss, result.test.loss};
        for (const NamedTensor& t : network->state_dict())
          for (const double v : t.tensor.to_vector<double>()) all.push_back(v);
        return all;
      };
      const std::vector<double> fused = train();
      const NoFusion no_fusion;
      CHECK(train() == fused);
    }
}

TEST_CASE("ten steps give the same weights for any number of threads", "[training][threads]") {
  const TrainingData data = synthetic_data(sanitized ? 32 : 160, 10);
  const int before = threads();
  for (const Norm norm : every_norm()) {
    CAPTURE(name(norm));
    std::vector<std::vector<float>> weights;
    for (const int count : {1, 2, 3, 5}) {
      if (sanitized && count > 2) continue;
      Options options;
      options.network.norm = norm;
      options.recipe.batch_size = 16;
      options.recipe.lr = 0.005;
      set_threads(count);
      options.recipe.augmentation = {.flip = true, .crop = 4};
      manual_seed(3);
      const auto network = make_network(options);
      Trainer(network, data, options.recipe).run_epoch([](const StepReport&) { return true; });
      std::vector<float> all;
      for (const Tensor& p : network->parameters())
        for (const float v : p.to_vector<float>()) all.push_back(v);
      weights.push_back(all);
    }
    for (const auto& w : weights) CHECK(w == weights[0]);
  }
  set_threads(before);
}

TEST_CASE("a training step without a graph copies only the batch's indices to the device, and nothing back",
          "[training][device]") {
  TrainingData data = synthetic_data(12, 4);
  for (Dataset* set : {&data.train, &data.test})
    *set = {set->images.to(Device::simt), set->labels.to(Device::simt)};
  for (const Norm norm : {Norm::bn, Norm::gn, Norm::ln_pixel})
    for (const std::string optimizer : {"sgd", "adam"}) {
      if (sanitized && (norm == Norm::gn) != (optimizer == "adam")) continue;
      CAPTURE(name(norm), optimizer);
      Options options;
      options.network.norm = norm;
      options.recipe.batch_size = 4;
      options.recipe.optimizer = optimizer;
      options.recipe.l1 = 1e-4;
      options.recipe.weight_decay = 1e-4;
      options.recipe.label_smoothing = 0.1;
      options.recipe.augmentation = {.flip = true, .crop = 4};
      Trainer trainer(make_network(options), data, options.recipe);
      trainer.use_graphs(false);
      std::vector<BusTraffic> traffic;
      trainer.run_epoch([&](const StepReport& report) {
        traffic.push_back(bus_traffic(Device::simt));
        if (report.step == 3) report.running.look();  // as a display does: reads the new losses and counts
        return true;
      });
      REQUIRE(traffic.size() == 3);
      for (std::size_t i = 1; i < 3; ++i) {
        CHECK(traffic[i].copies_in - traffic[i - 1].copies_in == 1);
        CHECK(traffic[i].bytes_in - traffic[i - 1].bytes_in == 4 * sizeof(std::int64_t));
        CHECK(traffic[i].copies_out == traffic[i - 1].copies_out);
      }
      CHECK(bus_traffic(Device::simt).copies_out > traffic[2].copies_out);
    }
}

TEST_CASE("a linear classifier stays below 40 % on the synthetic images", "[training][synthetic]") {
  const DataSplit data = make_synthetic(1, 4000, 1000);
  manual_seed(1);
  Linear classifier(3072, 10);
  SGD sgd(classifier.parameters(), {.lr = 0.001, .momentum = 0.9});
  double best = 0;
  for (std::uint32_t epoch = 1; epoch <= 10; ++epoch) {
    const auto order = shuffled(4000, 1, epoch);
    for (auto at = order.begin(); at != order.end(); at += 100) {
      const Batch batch = load_batch(data.train, {at, at + 100}, cifar10_normalization);
      sgd.zero_grad();
      functional::cross_entropy(classifier(functional::flatten(batch.x)), batch.target).backward();
      sgd.step();
    }
    const NoGrad no_grad;
    const Batch test = load_batch(data.test, shuffled(1000, 1, 1), cifar10_normalization);
    best = std::max(
        best, functional::correct_count(classifier(functional::flatten(test.x)), test.target).item() / 10);
  }
  CHECK(best > 5);
  CHECK(best < 40);
}

TEST_CASE("cifar_norm writes a complete run folder, labelled synthetic everywhere", "[app]") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  const Finished run = run_program(short_run(out, {"--norm", "gn", "--groups", "4", "--val-split", "0.01"}));
  INFO(run.out << run.err);
  REQUIRE(run.status == 0);
  CHECK_THAT(run.out, Catch::Contains("49,744 parameters") && Catch::Contains("synthetic"));
  const std::string last = run.out.substr(run.out.rfind('\n', run.out.size() - 2) + 1);
  CHECK_THAT(last, Catch::StartsWith("done: synthetic test accuracy last ") && Catch::Contains("best") &&
                       Catch::Contains("49,744 parameters"));

  const auto metrics = read_lines(out / "metrics.jsonl");
  REQUIRE(metrics.size() == 2);
  for (const char* key : {"epoch", "lr", "train_loss", "train_accuracy", "test_loss", "test_accuracy",
                          "seconds", "images_per_second", "validation_accuracy"})
    CHECK(metrics[1].contains(key));
  CHECK(metrics[1]["data"] == "synthetic");
  const auto config = nlohmann::json::parse(std::ifstream(out / "config.json"));
  CHECK(config["data"]["synthetic"] == true);
  CHECK(config["network"]["parameters"] == 49744);
  Metadata metadata;
  const auto tensors = load_safetensors(out / "model.safetensors", &metadata);
  CHECK(tensors.size() == 9 * 3 + 1);
  CHECK(tensors[0].name == "C1.conv.weight");
  CHECK(metadata["data"] == "synthetic");
}

TEST_CASE("the same seed gives the same run, and nothing of an earlier one is lost", "[app]") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  REQUIRE(run_program(short_run(out, {"--threads", "1"})).status == 0);
  const Finished second = run_program(short_run(out, {"--threads", "3"}));
  REQUIRE(second.status == 0);
  CHECK_THAT(second.out, Catch::Contains("earlier run"));
  const auto before = load_safetensors(out / "model.safetensors.~1~"),
             after = load_safetensors(out / "model.safetensors");
  for (std::size_t i = 0; i < after.size(); ++i)
    CHECK(before[i].tensor.to_vector<double>() == after[i].tensor.to_vector<double>());
  CHECK(fs::exists(out / "metrics.jsonl.~1~"));
}

TEST_CASE("training without fusion (--no-fuse) gives the same bits", "[app][fusion]") {
  const TemporaryFolder folder;
  const auto model = [&](const char* name, const std::vector<std::string>& flags) {
    REQUIRE(run_program(short_run(folder.path() / name, flags)).status == 0);
    std::vector<double> all;
    for (const NamedTensor& t : load_safetensors(folder.path() / name / "model.safetensors"))
      for (const double v : t.tensor.to_vector<double>()) all.push_back(v);
    return all;
  };
  CHECK(model("fused", {}) == model("unfused", {"--no-fuse"}));
}

TEST_CASE("another precision gives other weights, the same with and without fusion", "[app][precision]") {
  const TemporaryFolder folder;
  const auto last = [&](const char* name, const std::vector<std::string>& flags) {
    REQUIRE(run_program(short_run(folder.path() / name, flags)).status == 0);
    return read_lines(folder.path() / name / "metrics.jsonl").back()["train_loss"].get<double>();
  };
  const double rounded = last("rounded", {"--precision", "bf16"});
  CHECK(rounded != last("exact", {}));
  CHECK(rounded == last("again", {"--precision", "bf16", "--no-fuse", "--threads", "3"}));
}

TEST_CASE("cifar_norm is quiet with --quiet and refuses with one sentence", "[app]") {
  const TemporaryFolder folder;
  const Finished quiet = run_program(short_run(folder.path() / "q", {"--quiet"}));
  CHECK(std::count(quiet.out.begin(), quiet.out.end(), '\n') == 1);
  struct Refusal {
    std::vector<std::string> flags;
    int status;
    std::string text;
  };
  const fs::path file = folder.path() / "file";
  std::ofstream(file) << "not a folder";
  for (const auto& [flags, status, text] : std::vector<Refusal>{
           {{"--norm", "gm"}, 2, "did you mean gn?"},
           {{"--norm", "gn", "--groups", "5"}, 2, "C1.norm"},
           {{"--frobnicate"}, 2, "--frobnicate"},
           {{"--max-params", "40000"}, 1, "R4.body.a.conv (9,216)"},
           {{"--data", file.string()}, 1, file.string()},
           {{"--lr", "1e38"}, 1, "diverged"},
           {{"--val-split", "0.00001"}, 2, "holds out no image"},
           {{"--out", file.string()}, 1, "is a file"},
       }) {
    const Finished run = run_program(short_run(folder.path() / "refused", flags));
    CAPTURE(text, run.err);
    CHECK(run.status == status);
    CHECK_THAT(run.err, Catch::Contains(text));
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  }
  CHECK_THAT(run_program({NORMA_CIFAR_NORM, "--summary"}).out, Catch::Contains("Total params: 49,744"));
  CHECK_THAT(run_program({NORMA_CIFAR_NORM, "--version"}).out, Catch::StartsWith("cifar_norm "));
  CHECK(run_program({NORMA_CIFAR_NORM, "--max-params", "49744", "--summary"}).status == 0);
}

TEST_CASE("a profile gives the time of each operation in a step", "[app][profile]") {
  const TemporaryFolder folder;
  const Finished run = run_program(short_run(folder.path() / "run", {"--profile", "--quiet"}));
  CHECK(run.status == 0);
  using Catch::Contains;
  CHECK_THAT(run.out, Contains("conv2d            backward weight     10 ") &&
                          Contains("batch_norm        forward") && Contains("sgd               step") &&
                          Contains("between them") && Contains("the mean of 7 (the first is left out)"));
  // The profile times the same fused operations that train.
  for (const auto& [norm, row, fused] : {std::tuple("bn", "batch_norm        forward", " relu dropout2d"),
                                         {"gn", "conv2d_norm       forward", " group_norm relu dropout2d"}}) {
    const std::vector<std::string> flags = {"--preset", "c11-48096", "--norm", norm, "--profile", "--quiet"};
    std::istringstream rows(run_program(short_run(folder.path() / norm, flags)).out);
    int found = 0;
    for (std::string text; std::getline(rows, text);) {
      if (text.starts_with(row)) found += text.ends_with(fused);
      CHECK(!text.starts_with("relu"));
      CHECK(!text.starts_with("dropout"));
    }
    CHECK(found == 1);
  }
  // Shares are of the whole step.
  std::istringstream lines(run.out.substr(run.out.find("fused with\n")));
  double share = 0;
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line) && !line.starts_with("a step");)
    share += std::stod(line.substr(line.find(" %") - 5, 5));
  CHECK(share == Approx(100).margin(1));
}

TEST_CASE("cifar_norm eval gives the score of the training, from the folder or the model", "[app][eval]") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  REQUIRE(run_program(
              short_run(out, {"--norm", "gn", "--groups", "2", "--normalize", "auto", "--precision", "bf16"}))
              .status == 0);
  const auto metrics = read_lines(out / "metrics.jsonl");
  const std::string score =
      fmt::format("synthetic test loss {:.4f}, accuracy {:.2f} % of 32 images",
                  metrics.back()["test_loss"].get<double>(), metrics.back()["test_accuracy"].get<double>());
  using Catch::Contains;
  for (const fs::path& run : {out, out / "model.safetensors"}) {
    const Finished eval = run_program({NORMA_CIFAR_NORM, "eval", run.string(), "--data", "synthetic",
                                       "--limit-test", "32", "--batch-size", "7", "--quiet"});
    CHECK(eval.status == 0);
    CHECK_THAT(eval.out, Contains(score));
  }
  const auto refused = [](const std::vector<std::string>& words, int status, const std::string& text) {
    std::vector<std::string> argv = {NORMA_CIFAR_NORM, "eval"};
    argv.insert(argv.end(), words.begin(), words.end());
    const Finished run = run_program(argv);
    CHECK(run.status == status);
    CHECK_THAT(run.err, Contains(text));
  };
  refused({}, 2, "takes one run folder or model, not 0");
  refused({out.string(), "--norm", "gn"}, 2, "there is no flag --norm");
  refused({(folder.path() / "none").string()}, 1, "there is no");
  refused({(out / "config.json").string()}, 1, "is not a safetensors file");
}

TEST_CASE("the device cuda without a GPU is refused in one sentence", "[app]") {
  const std::string reason = unavailable_because(Device::cuda);
  if (reason.empty()) return;
  const TemporaryFolder folder;
  const Finished run = run_program(short_run(folder.path() / "run", {"--device", "cuda"}));
  CHECK(run.status == 1);
  CHECK(run.err == "cifar_norm: the device cuda cannot be used: " + reason +
                       "; use cpu (or simt, which runs the CUDA kernels on the CPU)\n");
  CHECK(!fs::exists(folder.path() / "run"));
}

TEST_CASE("Ctrl-C ends a run after the step and keeps its results", "[app]") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  const Finished run = run_program(short_run(out, {"--epochs", "5000"}), "epoch  2/");
  CHECK(run.status == 130);
  CHECK_THAT(run.out,
             Catch::Contains("interrupted in epoch") && Catch::Contains("synthetic test accuracy last"));
  CHECK(read_lines(out / "metrics.jsonl").size() >= 2);
  CHECK(load_safetensors(out / "model.safetensors").size() > 20);
  CHECK_THAT(read_file(out / "report.html"), Catch::Contains("The run was stopped after "));
}

TEST_CASE("every executor trains to the same losses", "[app][simt]") {
  const TemporaryFolder folder;
  const auto loss_on = [&](const std::string& device) {
    const fs::path out = folder.path() / device;
    const Finished run =
        run_program(short_run(out, {"--device", device, "--limit-train", "8", "--limit-test", "4",
                                    "--batch-size", "4", "--epochs", "1", "--norm", "gn"}));
    INFO(run.err);
    REQUIRE(run.status == 0);
    const auto metrics = read_lines(out / "metrics.jsonl");
    return std::pair<double, double>(metrics.at(0)["train_loss"], metrics.at(0)["test_loss"]);
  };
  const auto cpu = loss_on("cpu");
  for (const std::string device : {"reference", "simt"}) {
    CAPTURE(device);
    const auto [train, test] = loss_on(device);
    CHECK(train == Approx(cpu.first).epsilon(1e-5));
    CHECK(test == Approx(cpu.second).epsilon(1e-5));
  }
}

TEST_CASE("a short training on real CIFAR-10 learns", "[app][real]") {
  const char* data = std::getenv("NORMA_DATA");
  if (data == nullptr || *data == '\0') {
    WARN("skipped: NORMA_DATA names no folder with CIFAR-10");
    return;
  }
  const TemporaryFolder folder;
  const Finished run = run_program({NORMA_CIFAR_NORM, "--norm", "bn", "--epochs", "1", "--limit-train",
                                    sanitized ? "64" : "6400", "--limit-test", "1000", "--batch-size", "32",
                                    "--lr", "0.02", "--out", (folder.path() / "run").string()});
  INFO(run.out << run.err);
  REQUIRE(run.status == 0);
  CHECK_THAT(run.out, Catch::Contains("cifar10") && !Catch::Contains("synthetic"));
  const auto metrics = read_lines(folder.path() / "run" / "metrics.jsonl");
  if (!sanitized) CHECK(metrics.at(0)["test_accuracy"] > 22);  // 28.8 here; chance is 10
}

TEST_CASE("a last step of one image that batch norm cannot take is seen before the training", "[training]") {
  TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  const auto command = [&](std::vector<std::string> words) {
    words.insert(words.begin(), NORMA_CIFAR_NORM);
    for (const char* word : {"--preset", "skip-37108", "--data", "synthetic", "--limit-train", "33",
                             "--epochs", "1", "--batch-size", "16", "--limit-test", "10", "--out"})
      words.push_back(word);
    words.push_back(out.string());
    return run_program(words);
  };
  SECTION("alone") {
    const auto end = command({"--norm", "bn"});
    CHECK(end.status == 1);
    CHECK_THAT(end.err, Catch::Contains(
                            "the last step of an epoch would have one of 33 images, with batches of 16: ") &&
                            Catch::Contains("batch norm in training needs more than one value per channel"));
    CHECK(!fs::exists(out));
  }
  SECTION("in a series, whose other runs are trained") {
    const auto end = command({"compare", "--norms", "bn,gn"});
    INFO(end.out << end.err);
    CHECK(end.status == 0);
    CHECK_THAT(end.out, Catch::Contains("bn, seed 1: the last step of an epoch would have one of 33 images"));
    CHECK(fs::exists(out / "gn-seed1" / "model.safetensors"));
  }
}
