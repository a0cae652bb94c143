#include "optim/batch_noise.h"

#include <cmath>

#include "core/random.h"
#include "layers/batch_norm.h"
#include "layers/group_norm.h"
#include "layers/sequential.h"
#include "tests/support/catch.h"

using namespace norma;

namespace {

// Independent random pixels, or images of one brightness each.
Dataset images_of(std::int64_t count, std::int64_t side, bool flat) {
  const RandomSequence random{7};
  std::vector<std::uint8_t> pixels;
  for (std::int64_t i = 0; i < count * side * side; ++i)
    pixels.push_back(
        static_cast<std::uint8_t>(random.word(static_cast<std::uint64_t>(flat ? i / (side * side) : i))));
  return {Tensor::from(pixels, {count, 1, side, side}), Tensor::zeros({count}, DType::int64)};
}

BatchNoise noise_of(const Dataset& images, const std::shared_ptr<Module>& norm) {
  Sequential network({{"norm", norm}});
  return measure_batch_noise(network, images, {{0.5}, {0.25}}, {2, 8, 32});
}

}  // namespace

TEST_CASE("the mean of a batch of independent pixels strays by one over the root of their number",
          "[noise]") {
  const BatchNoise noise = noise_of(images_of(2000, 4, false), std::make_shared<GroupNorm>(1, 1));
  REQUIRE(noise.layers.size() == 1);
  const LayerNoise& layer = noise.layers[0];
  CHECK(layer.layer == "norm");
  CHECK(layer.pixels == 16);
  CHECK(!layer.running_mean);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto numbers = static_cast<double>(16 * noise.batches[i]);
    CHECK(layer.mean[i] == Approx(1 / std::sqrt(numbers)).epsilon(0.25));
    // The variance of a variance of uniform numbers is (1.8 − 1)/count.
    CHECK(layer.variance[i] == Approx(std::sqrt(0.8 / numbers)).epsilon(0.3));
  }
  CHECK(layer.independent_pixels == Approx(16).epsilon(0.5));
}

TEST_CASE("an image of one brightness counts as one pixel", "[noise]") {
  const BatchNoise noise = noise_of(images_of(2000, 4, true), std::make_shared<GroupNorm>(1, 1));
  CHECK(noise.layers[0].independent_pixels == Approx(1).epsilon(0.4));
  CHECK(noise.layers[0].mean[0] > 3 * noise.layers[0].mean[2]);
}

TEST_CASE("running statistics are compared with those of all images", "[noise]") {
  const Dataset images = images_of(500, 4, false);
  const auto norm = std::make_shared<BatchNorm2d>(1);
  // Uniform bytes, normalized: mean (127.5/255 − 0.5)/0.25 = 0, variance (256² − 1)/12/255²/0.25².
  norm->running_mean.copy_from(Tensor::full({1}, 0));
  norm->running_var.copy_from(Tensor::full({1}, 65535.0 / 12 / 65025 / 0.0625));
  CHECK(*noise_of(images, norm).layers[0].running_mean < 0.05);
  CHECK(*noise_of(images, norm).layers[0].running_variance < 0.05);
  norm->running_var.copy_from(Tensor::full({1}, 2 * norm->running_var.item()));
  CHECK(*noise_of(images, norm).layers[0].running_variance == Approx(1).epsilon(0.1));
}

TEST_CASE("batches that are too large, and networks without norms, are refused", "[noise]") {
  CHECK_THROWS_WITH(noise_of(images_of(60, 4, false), std::make_shared<GroupNorm>(1, 1)),
                    Catch::Contains("batch of 32 images"));
  Sequential empty;
  CHECK_THROWS_WITH(measure_batch_noise(empty, images_of(100, 4, false), {{0.5}, {0.25}}, {2}),
                    Catch::Contains("no norms"));
}
