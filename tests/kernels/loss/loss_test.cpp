#include <cmath>

#include "layers/functional/loss.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

Tensor labels(std::int64_t rows, std::int64_t classes) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < rows; ++i) values.push_back(i * 7 % classes);
  return Tensor::from(values, {rows});
}

const std::vector<Shape> shapes = {{1, 2}, {3, 10}, {31, 7}, {5, 33}, {300, 10}, {1000, 10}};

}  // namespace

TEST_CASE("log_softmax agrees with its reference and with central differences", "[log_softmax][operation]") {
  for (const Shape& shape : shapes)
    check_operation({random_tensor(shape, 1, -3, 3)},
                    [](const Inputs& t) { return functional::log_softmax(t[0]); });
}

TEST_CASE("log_softmax does not overflow", "[log_softmax][operation]") {
  for (const Device device : executors()) {
    const Tensor y = functional::log_softmax(Tensor::from<float>({1000, 0, -1000}, {1, 3}, device));
    CHECK(y.to_vector<float>() == std::vector<float>{0, -1000, -2000});
  }
}

TEST_CASE("nll_loss and cross_entropy agree with their references and with central differences",
          "[nll_loss][operation]") {
  for (const Shape& shape : shapes) {
    const Inputs inputs = {random_tensor(shape, 1, -3, 3), labels(shape[0], shape[1])};
    check_operation(inputs, [](const Inputs& t) { return functional::nll_loss(t[0], t[1]); });
    for (const double smoothing : {0.0, 0.1, 1.0})
      check_operation(inputs,
                      [=](const Inputs& t) { return functional::cross_entropy(t[0], t[1], smoothing); });
  }
}

TEST_CASE("cross_entropy of equal scores is log of the number of classes", "[nll_loss]") {
  CHECK(functional::cross_entropy(Tensor::zeros({4, 10}), labels(4, 10)).item() == Approx(std::log(10)));
  CHECK_THROWS_WITH(functional::cross_entropy(Tensor::zeros({1, 10}), Tensor::from<std::int64_t>({10}, {1})),
                    Catch::Contains("label 10"));
  CHECK_THROWS_AS(functional::nll_loss(Tensor::zeros({2, 10}), labels(3, 10)), Error);
}

TEST_CASE("a label that is not a class throws on the CPU and makes the loss NaN on a device",
          "[nll_loss][operation]") {
  for (const Device device : executors()) {
    const Tensor x = Tensor::zeros({2, 3}, DType::float32, device);
    for (const std::int64_t label : {-1, 3}) {
      const auto loss = [&] {
        return functional::nll_loss(x, Tensor::from<std::int64_t>({0, label}, {2}, device)).item();
      };
      if (on_host(device))
        CHECK_THROWS_WITH(loss(), Catch::Contains("is not one of 3 classes"));
      else
        CHECK(std::isnan(loss()));
    }
  }
}

TEST_CASE("correct_count uses the first of equal scores", "[correct_count][operation]") {
  const std::vector<float> scores = {1, 2, 0, 5, 5, 1, 0, 0, 0};
  for (const Device device : executors()) {
    const Tensor x = Tensor::from(scores, {3, 3}, device);
    CHECK(functional::correct_count(x, Tensor::from<std::int64_t>({1, 0, 0}, {3}, device)).item() == 3);
    CHECK(functional::correct_count(x, Tensor::from<std::int64_t>({2, 1, 2}, {3}, device)).item() == 0);
    const Tensor many = random_tensor({5000, 3}, 1), target = labels(5000, 3);
    const double want =
        functional::correct_count(many.to(Device::reference), target.to(Device::reference)).item();
    CHECK(want > 1000);
    const Tensor got = same_every_time(device, [&] {
      return std::vector{functional::correct_count(many.to(device), target.to(device))};
    })[0];
    CHECK(got.item() == want);
  }
}

TEST_CASE("abs_sum agrees with its reference and with central differences", "[abs_sum][operation]") {
  for (const Shape& shape : std::vector<Shape>{{1}, {31}, {4, 3, 3, 3}, {2048}, {2049}, {10007}})
    check_operation({spread_tensor(shape, 1)},
                    [](const Inputs& t) { return functional::abs_sum(t[0], 0.01); });
  Tensor zero = Tensor::zeros({2});
  zero.set_requires_grad();
  functional::abs_sum(zero).backward();
  CHECK(zero.grad().to_vector<float>() == std::vector<float>{0, 0});
}
