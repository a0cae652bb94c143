// The built-in digits and figures: their pixels and their difficulty (-s prints the figures of
// docs/results/synthetic.md).

#include <algorithm>

#include "core/autograd.h"
#include "core/random.h"
#include "data/loader.h"
#include "data/synthetic.h"
#include "layers/conv2d.h"
#include "layers/flatten.h"
#include "layers/functional/loss.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "layers/relu.h"
#include "layers/sequential.h"
#include "optim/optimizer.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

namespace norma {
namespace {

using Pixels = std::vector<std::uint8_t>;

// Best test accuracy in percent of `epochs` epochs on 4,000 images.
double best_accuracy(const DataSplit& data, Module& network, double lr, std::uint32_t epochs) {
  const Normalization normalization = measure_normalization(data.train);
  SGD sgd(network.parameters(), {.lr = lr, .momentum = 0.9});
  double best = 0;
  for (std::uint32_t epoch = 1; epoch <= epochs; ++epoch) {
    const auto order = shuffled(4000, 1, epoch);
    for (auto at = order.begin(); at != order.end(); at += 50) {
      const Batch batch = load_batch(data.train, {at, at + 50}, normalization);
      sgd.zero_grad();
      functional::cross_entropy(network(batch.x), batch.target).backward();
      sgd.step();
    }
    const NoGrad no_grad;
    const Batch test = load_batch(data.test, shuffled(1000, 1, 1), normalization);
    best = std::max(best, functional::correct_count(network(test.x), test.target).item() / 10);
  }
  return best;
}

TEST_CASE("synthetic digits depend only on seed and index", "[synthetic]") {
  const DataSplit a = make_synthetic_digits(1, 30, 20), b = make_synthetic_digits(1, 60, 20),
                  c = make_synthetic_digits(2, 30, 20);
  CHECK(a.name == "synthetic");
  CHECK(a.classes == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  CHECK(a.train.images.shape() == Shape{30, 1, 28, 28});
  const Pixels pixels = a.train.images.to_vector<std::uint8_t>(),
               more = b.train.images.to_vector<std::uint8_t>();
  CHECK(std::equal(pixels.begin(), pixels.end(), more.begin()));
  CHECK(pixels != c.train.images.to_vector<std::uint8_t>());
  CHECK(a.test.images.to_vector<std::uint8_t>() != Pixels(more.begin(), more.begin() + 20 * 784));
  for (std::int64_t i = 0; i < 30; ++i) CHECK(a.train.labels.data<std::int64_t>()[i] == i % 10);
}

TEST_CASE("every synthetic digit has light strokes on black", "[synthetic]") {
  const Pixels pixels = make_synthetic_digits(1, 500, 10).train.images.to_vector<std::uint8_t>();
  for (std::size_t i = 0; i < 500; ++i) {
    const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(i * 784);
    const auto light = std::count_if(first, first + 784, [](std::uint8_t p) { return p > 100; });
    CAPTURE(i, light);
    CHECK(light > 12);
    CHECK(light < 350);
  }
}

// Best test accuracies of a linear classifier and of a small convolutional network.
struct Difficulty {
  double by_line, by_shape;
};

Difficulty difficulty(const DataSplit& data, std::uint32_t line_epochs, std::uint32_t shape_epochs) {
  const Shape& images = data.train.images.shape();
  const std::int64_t classes = static_cast<std::int64_t>(data.classes.size()), channels = images[1],
                     side = images[2];
  manual_seed(1);
  Sequential linear({std::make_shared<Flatten>(), std::make_shared<Linear>(channels * side * side, classes)});
  Sequential network({std::make_shared<Conv2d>(channels, 8, 3, Conv2dOptions{.padding = 1}),
                      std::make_shared<ReLU>(), std::make_shared<MaxPool2d>(2),
                      std::make_shared<Conv2d>(8, 16, 3, Conv2dOptions{.padding = 1}),
                      std::make_shared<ReLU>(), std::make_shared<MaxPool2d>(2), std::make_shared<Flatten>(),
                      std::make_shared<Linear>(side * side, classes)});
  return {best_accuracy(data, linear, 0.001, line_epochs), best_accuracy(data, network, 0.02, shape_epochs)};
}

TEST_CASE("synthetic digits need shape: a linear classifier is worse than a small network",
          "[synthetic][training]") {
  if (test::sanitized) return;  // the plain build has trained on them
  const auto [by_line, by_shape] = difficulty(make_synthetic_digits(1, 4000, 1000), 10, 5);
  CHECK(by_line > 15);
  CHECK(by_line < 60);
  CHECK(by_shape > by_line + 25);
}

TEST_CASE("synthetic grey figures need shape: a linear classifier is worse than a small network",
          "[synthetic][training]") {
  if (test::sanitized) return;  // the plain build has trained on them
  const auto [by_line, by_shape] = difficulty(make_synthetic_grey(1, 4000, 1000), 10, 5);
  CHECK(by_line > 5);
  CHECK(by_line < 60);
  CHECK(by_shape > by_line + 25);
}

TEST_CASE("synthetic pairs need the shapes of both figures", "[synthetic][training]") {
  if (test::sanitized) return;  // the plain build has trained on them
  const auto [by_line, by_shape] = difficulty(make_synthetic_pairs(Labels::fine, 1, 4000, 1000), 3, 10);
  CHECK(by_line < 5);
  CHECK(by_shape > by_line + 10);  // 10 is the highest accuracy from one figure only
}

}  // namespace
}  // namespace norma
