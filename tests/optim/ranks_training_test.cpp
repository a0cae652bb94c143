// Several processes that train one network have the bits of one.
#include <fmt/format.h>

#include <cstdio>

#include "apps/cli/options.h"
#include "apps/mpi/gpu_transport.h"
#include "core/cuda_runtime.h"
#include "core/random.h"
#include "data/checksum.h"
#include "data/synthetic.h"
#include "optim/trainer.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/forked_ranks.h"
#include "tests/support/norms.h"

using namespace norma;
using namespace norma::test;

namespace {

struct Training {
  std::string preset = "norma-49k";
  NetworkChoice network = {};
  std::int64_t batch = 16, images = 39;  // 3 steps, the last one of 7 images
  double ema = 0;
  bool local_statistics = false;
  int epochs = 1;
  std::int64_t test_images = 70;
  Device device = Device::cpu;
  std::optional<double> lr = {};
};

Dataset on(Device device, const Dataset& dataset) {
  return {dataset.images.to(device), dataset.labels.to(device)};
}

// Weights, statistics, scores and checkpoint of a training, as text.
std::string outcome(const Training& training, std::shared_ptr<Ranks> ranks) {
  Options options = preset_options(training.preset, training.network.norm);
  options.network = training.network;
  Recipe recipe = options.recipe;
  recipe.epochs = training.epochs;
  recipe.batch_size = training.batch;
  recipe.augmentation = {.flip = true, .crop = 2};
  recipe.label_smoothing = 0.1;
  recipe.ema = training.ema;
  recipe.lr = training.lr.value_or(recipe.lr);
  manual_seed(3);
  const auto network = make_network(options);
  const DataSplit split = make_synthetic(1, training.images, training.test_images);
  Trainer trainer(
      network, {on(training.device, split.train), on(training.device, split.test), {}, cifar10_normalization},
      recipe);
  if (ranks->size() > 1) trainer.share(ranks, training.local_statistics);
  std::string text;
  for (int epoch = 0; epoch < training.epochs; ++epoch) {
    const EpochResult r = trainer.run_epoch([&](const StepReport& step) {
      if (ranks->rank() == 0) step.running.look();  // as the progress of rank 0
      return true;
    });
    text += fmt::format("loss {} {} accuracy {} {}\n", r.train.loss, r.test.loss, r.train.accuracy,
                        r.test.accuracy);
  }
  State state = trainer.state_dict();
  if (training.ema > 0) append(state, "averaged", trainer.averaged_state_dict());
  const auto checksum = [](const void* data, std::size_t bytes) {
    return crc32(0, {static_cast<const std::uint8_t*>(data), bytes});
  };
  for (const auto& [name, tensor] : state) {
    const Tensor host = tensor.to(Device::cpu);
    if (name != "progress") text += fmt::format("{} {:08x}\n", name, checksum(host.raw(), host.bytes()));
  }
  const std::vector<float> scores = trainer.test_scores();
  return text + fmt::format("scores {:08x}\n", checksum(scores.data(), scores.size() * sizeof(float)));
}

// What one process alone, without ranks, and `count` ranks make of it.
void check_same(const Training& alone, const Training& shared, int count) {
  const std::string expected = in_processes(1, [&](auto ranks) { return outcome(alone, ranks); })[0];
  REQUIRE_THAT(expected, Catch::Contains("loss"));
  for (const std::string& result : in_processes(count, [&](auto ranks) { return outcome(shared, ranks); }))
    CHECK(result == expected);
}

}  // namespace

TEST_CASE("2 and 4 processes train each norm with the bits of one", "[training][ranks]") {
  for (const Norm norm : all_norms_and_none()) {
    if (sanitized && norm != Norm::bn && norm != Norm::brn) continue;
    CAPTURE(name(norm));
    const Training training{.network = {.norm = norm, .dropout = 0.2}};
    for (const int count : {2, 4}) check_same(training, training, count);
  }
}

TEST_CASE("several processes have the bits of one in every preset", "[training][ranks][presets_of_ranks]") {
  // Dropout of elements and of channels, convolutions with a bias and a stride, residuals, standardized
  // weights.
  for (const char* preset : {"stride-29472", "skip-37108", "c11-48096"}) {
    CAPTURE(preset);
    const Training training{.preset = preset, .network = {.norm = Norm::bn, .dropout = 0.3}};
    check_same(training, training, 2);
  }
  const Training several_images_per_leaf{.network = {.norm = Norm::bn}, .batch = 64, .images = 128};
  check_same(several_images_per_leaf, several_images_per_leaf, 2);
  const Training standardized{.network = {.norm = Norm::bn, .standardize = true}, .ema = 0.9, .epochs = 2};
  check_same(standardized, standardized, 4);
}

TEST_CASE("local statistics are those of ghost batches", "[training][ranks]") {
  const Training ghosts{.network = {.norm = Norm::bn, .ghost = 4}, .batch = 16, .images = 48, .epochs = 2},
      local{.network = {.norm = Norm::bn}, .batch = 16, .images = 48, .local_statistics = true, .epochs = 2};
  check_same(ghosts, local, 4);
  // Ghost batches with more images than a rank's share of the leaves.
  const Training larger{.network = {.norm = Norm::bn, .ghost = 24}, .batch = 48, .images = 48},
      larger_local{.network = {.norm = Norm::bn}, .batch = 48, .images = 48, .local_statistics = true};
  check_same(larger, larger_local, 2);
}

TEST_CASE("processes that share a batch on a device have the bits of one", "[training][ranks][simt]") {
  const auto check = [&](Training alone, Training shared, int count) {
    for (Training* const training : {&alone, &shared})  // two steps
      training->device = Device::simt, training->batch = 8, training->test_images = 20;
    check_same(alone, shared, count);
  };
  for (const Norm norm : {Norm::bn, Norm::gn, Norm::ln}) {
    if (sanitized && norm != Norm::bn) continue;
    CAPTURE(name(norm));
    const Training training{.preset = "c11-48096", .network = {.norm = norm, .dropout = 0.2}, .images = 13};
    check(training, training, norm == Norm::bn && !sanitized ? 4 : 2);
  }
  if (sanitized) return;
  // Dropout of elements and of channels by themselves, and sums over images in arithmetic.
  const Training skips{.preset = "skip-37108", .network = {.norm = Norm::brn, .dropout = 0.3}, .images = 13};
  check(skips, skips, 2);
  const Training rounded{
      .preset = "c11-48096", .network = {.norm = Norm::gn, .precision = Precision::tf32}, .images = 13};
  check(rounded, rounded, 2);
  check({.preset = "c11-48096", .network = {.norm = Norm::bn, .ghost = 4}, .images = 16},
        {.preset = "c11-48096", .network = {.norm = Norm::bn}, .images = 16, .local_statistics = true}, 2);
}

TEST_CASE("if a training on several processes diverges, all of them say so", "[training][ranks][simt]") {
  for (const Device device : {Device::cpu, Device::simt}) {
    const Training training{.preset = "c11-48096",
                            .network = {.norm = Norm::none},
                            .batch = 4,
                            .images = 16,
                            .device = device,
                            .lr = 1e30};
    for (const std::string& result : in_processes(2, [&](auto ranks) { return outcome(training, ranks); }))
      CHECK_THAT(result, Catch::StartsWith("error: ") && Catch::Contains("epoch 1, step 2"));
  }
}

// For ./check. Run alone: a process that has used a GPU cannot make children that use one.
TEST_CASE("two GPUs train one network", "[.two_gpus]") {
  const Training training{
      .network = {.norm = Norm::bn, .dropout = 0.2}, .batch = 64, .images = 200, .device = Device::cuda};
  const auto by_gpus = [](std::unique_ptr<Transport> host) {
    cuda_runtime::choose_gpu(host->rank());
    return unavailable_because(Device::cuda).empty() ? with_gpus(std::move(host)) : std::move(host);
  };
  const auto results = in_processes(
      2,
      [&](std::shared_ptr<Ranks> ranks) {
        if (const std::string reason = unavailable_because(Device::cuda); !reason.empty())
          return "skipped: " + reason;
        return fmt::format("{}, {}", outcome(training, ranks),
                           ranks->reaches(Device::cuda) ? "by NCCL" : "through the CPU");
      },
      by_gpus);
  for (const std::string& result : results)
    if (result.starts_with("skipped: ")) return void(std::puts(result.c_str()));
  const std::string alone = in_processes(1, [&](auto ranks) { return outcome(training, ranks); })[0];
  const std::size_t end = results[0].rfind(", ");
  CHECK(results[0] == results[1]);
  CHECK(results[0].substr(0, end) == alone);
  std::printf("checked two GPUs, %s: the bits of one\n", results[0].substr(end + 2).c_str());
}

TEST_CASE("what several processes cannot share is refused", "[training][ranks]") {
  const auto refusal = [](const Training& training) {
    return in_processes(4, [&](auto ranks) { return outcome(training, ranks); })[0];
  };
  CHECK_THAT(refusal({.batch = 16, .images = 34}),
             Catch::Contains(
                 "4 processes cannot share a step of 2 images: use fewer processes, or another batch size"));
  CHECK_THAT(refusal({.network = {.norm = Norm::bn, .ghost = 4}}), Catch::Contains("use --bn local instead"));
}
