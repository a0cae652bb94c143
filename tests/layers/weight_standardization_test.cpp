
#include "core/autograd.h"
#include "core/random.h"
#include "layers/conv2d.h"
#include "layers/functional/relu.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

std::shared_ptr<Conv2d> standardized(const Tensor& weight) {
  const Conv2dOptions options{.padding = 1, .bias = false, .standardize = true};
  const auto conv = std::make_shared<Conv2d>(weight.size(1), weight.size(0), weight.size(2), options);
  conv->weight = weight;
  return conv;
}

}  // namespace

TEST_CASE("standardized filters have mean 0 and the variance that is right after ReLU", "[conv2d]") {
  const Tensor weight = random_tensor({4, 3, 3, 3}, 1);
  const auto given = weight.to_vector<double>(), got = standardized(weight)->filters().to_vector<double>();
  const double gain = std::sqrt(2 / (1 - 1 / 3.14159265358979) / 27);
  for (std::size_t k = 0; k < 4; ++k) {
    double mean = 0, variance = 0;
    for (std::size_t i = 27 * k; i < 27 * (k + 1); ++i) mean += given[i] / 27;
    for (std::size_t i = 27 * k; i < 27 * (k + 1); ++i)
      variance += (given[i] - mean) * (given[i] - mean) / 27;
    for (std::size_t i = 27 * k; i < 27 * (k + 1); ++i)
      CHECK(got[i] == Approx(gain * (given[i] - mean) / std::sqrt(variance + 1e-5)).margin(1e-12));
  }
  CHECK(standardized(weight)->description() ==
        "Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False, standardize=True)");
}

TEST_CASE("a standardized convolution agrees on all executors and with central differences",
          "[conv2d][operation]") {
  check_operation({random_tensor({2, 3, 5, 6}, 1), random_tensor({4, 3, 3, 3}, 2)},
                  [](const Inputs& t) { return (*standardized(t[1]))(t[0]); });
}

TEST_CASE("images keep their variance through standardized filters and ReLU", "[conv2d]") {
  manual_seed(1);
  const NoGrad no_grad;
  Tensor x = Tensor::empty({1, 64, 16, 16});
  x.copy_from(random_tensor(x.shape(), 1, -1.7320508, 1.7320508));  // variance 1
  for (int layer = 0; layer < 6; ++layer)
    x = functional::relu(Conv2d(64, 64, 3, {.bias = false, .standardize = true})(x));
  double mean = 0, square = 0;
  const auto values = x.to_vector<double>();
  for (const double v : values) mean += v, square += v * v;
  mean /= static_cast<double>(values.size());
  // The input has variance 1; the filters multiply it by γ², ReLU multiplies it by ½(1 − 1/π).
  CHECK(square / static_cast<double>(values.size()) - mean * mean == Approx(1).margin(0.3));
}

TEST_CASE("a standardized convolution removes an offset of the images", "[conv2d]") {
  Conv2d conv(3, 4, 3, {.bias = false, .standardize = true});
  const NoGrad no_grad;
  const Tensor x = random_tensor({1, 3, 5, 5}, 1);
  std::vector<float> lifted = x.to_vector<float>();
  for (float& value : lifted) value += 2;
  const auto before = conv(Tensor::from(x.to_vector<float>(), {1, 3, 5, 5})).to_vector<float>();
  const auto after = conv(Tensor::from(lifted, {1, 3, 5, 5})).to_vector<float>();
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(after[i] == Approx(before[i]).margin(1e-4));
}
