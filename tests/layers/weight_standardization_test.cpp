#include <catch2/catch.hpp>

#include "core/autograd.h"
#include "layers/conv2d.h"
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

TEST_CASE("standardized filters have mean 0 and variance 1", "[conv2d]") {
  const Tensor weight = random_tensor({4, 3, 3, 3}, 1);
  const auto given = weight.to_vector<double>(), got = standardized(weight)->filters().to_vector<double>();
  for (std::size_t k = 0; k < 4; ++k) {
    double mean = 0, variance = 0;
    for (std::size_t i = 27 * k; i < 27 * (k + 1); ++i) mean += given[i] / 27;
    for (std::size_t i = 27 * k; i < 27 * (k + 1); ++i)
      variance += (given[i] - mean) * (given[i] - mean) / 27;
    for (std::size_t i = 27 * k; i < 27 * (k + 1); ++i)
      CHECK(got[i] == Approx((given[i] - mean) / std::sqrt(variance + 1e-5)).margin(1e-12));
  }
  CHECK(standardized(weight)->description() ==
        "Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False, standardize=True)");
}

TEST_CASE("a standardized convolution agrees on all executors and with differences", "[conv2d][operation]") {
  check_operation({random_tensor({2, 3, 5, 6}, 1), random_tensor({4, 3, 3, 3}, 2)},
                  [](const Inputs& t) { return (*standardized(t[1]))(t[0]); });
}

TEST_CASE("an offset of the images goes through no standardized convolution", "[conv2d]") {
  Conv2d conv(3, 4, 3, {.bias = false, .standardize = true});
  const NoGrad no_grad;
  const Tensor x = random_tensor({1, 3, 5, 5}, 1);
  std::vector<float> lifted = x.to_vector<float>();
  for (float& value : lifted) value += 2;
  const auto before = conv(Tensor::from(x.to_vector<float>(), {1, 3, 5, 5})).to_vector<float>();
  const auto after = conv(Tensor::from(lifted, {1, 3, 5, 5})).to_vector<float>();
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(after[i] == Approx(before[i]).margin(1e-4));
}
