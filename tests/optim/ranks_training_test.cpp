// Several processes that train one network have the bits of one.
#include <fmt/format.h>

#include "apps/cli/options.h"
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
};

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
  manual_seed(3);
  const auto network = make_network(options);
  const DataSplit split = make_synthetic(1, training.images, 70);
  Trainer trainer(network, {split.train, split.test, {}, cifar10_normalization}, recipe);
  if (ranks->size() > 1) trainer.share(ranks, training.local_statistics);
  std::string text;
  for (int epoch = 0; epoch < training.epochs; ++epoch) {
    const EpochResult r = trainer.run_epoch();
    text += fmt::format("loss {} {} accuracy {} {}\n", r.train.loss, r.test.loss, r.train.accuracy,
                        r.test.accuracy);
  }
  State state = trainer.state_dict();
  if (training.ema > 0) append(state, "averaged", trainer.averaged_state_dict());
  const auto checksum = [](const void* data, std::size_t bytes) {
    return crc32(0, {static_cast<const std::uint8_t*>(data), bytes});
  };
  for (const auto& [name, tensor] : state)
    if (name != "progress") text += fmt::format("{} {:08x}\n", name, checksum(tensor.raw(), tensor.bytes()));
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
