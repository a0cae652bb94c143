#include "layers/conv2d.h"

#include <catch2/catch.hpp>

#include "core/parallel.h"
#include "layers/functional/conv2d.h"
#include "tests/kernels/conv/cases.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

void check_case(const ConvCase& c) {
  CAPTURE(c.x.to_string(), c.weight.to_string(), c.stride.h, c.stride.w, c.padding.h, c.padding.w);
  const Inputs inputs = {random_tensor(c.x, 1), random_tensor(c.weight, 2), random_tensor({c.weight[0]}, 3)};
  check_operation(inputs,
                  [&](const Inputs& t) { return functional::conv2d(t[0], t[1], t[2], c.stride, c.padding); });
  check_operation({inputs[0], inputs[1]},
                  [&](const Inputs& t) { return functional::conv2d(t[0], t[1], {}, c.stride, c.padding); });
}

}  // namespace

TEST_CASE("conv2d agrees with its reference and with differences", "[conv2d]") {
  for (const ConvCase& c : conv_cases) check_case(c);
}

TEST_CASE("conv2d by Winograd's algorithm is right where tiles are ragged and for every padding",
          "[conv2d]") {
  for (const std::int64_t pad_h : {0, 1, 2})
    for (const std::int64_t pad_w : {0, 1, 2}) check_case({{2, 8, 5, 6}, {3, 8, 3, 3}, 1, {pad_h, pad_w}});
  check_case({{5, 9, 1, 1}, {17, 9, 3, 3}, 1, 1});
  check_case({{3, 17, 4, 9}, {33, 17, 3, 3}, 1, 1});    // more than two vectors of channels
  check_case({{1, 8, 27, 23}, {2, 8, 3, 3}, 1, 1});     // more tiles than are done at once
  check_case({{2, 8, 5, 6}, {3, 8, 3, 3}, 1, {3, 1}});  // backward data cuts off: not for it
}

TEST_CASE("conv2d is right at the sizes of the networks, many images in a piece", "[conv2d]") {
  // Winograd's algorithm rounds more than sums of products do; this is the bound that its source states.
  const Tolerances tolerances{.float_forward = 3e-6, .float_backward = 3e-6};
  for (const ConvCase& c : std::vector<ConvCase>{{{3, 32, 32, 32}, {32, 32, 3, 3}, 1, 1},
                                                 {{13, 10, 8, 8}, {32, 10, 3, 3}, 1, 1},
                                                 {{70, 6, 4, 4}, {17, 6, 3, 3}, 1, 1},
                                                 {{5, 32, 16, 16}, {10, 32, 1, 1}},
                                                 {{9, 16, 9, 9}, {24, 16, 3, 3}, 2, 1},
                                                 {{2, 20, 40, 37}, {5, 20, 5, 5}, 1, 2}}) {
    CAPTURE(c.x.to_string(), c.weight.to_string());
    const Inputs inputs = {random_tensor(c.x, 1), random_tensor(c.weight, 2),
                           random_tensor({c.weight[0]}, 3)};
    CHECK(compare_executors(
              inputs,
              [&](const Inputs& t) { return functional::conv2d(t[0], t[1], t[2], c.stride, c.padding); },
              tolerances) == "");
  }
}

TEST_CASE("conv2d gives the same bits for any number of threads", "[conv2d][threads]") {
  const int before = threads();
  for (const Shape& shape : {Shape{12, 5, 3, 3}, Shape{12, 9, 3, 3}}) {  // direct, Winograd
    const Tensor inputs = random_tensor({37, shape[1], 9, 9}, 1).to(DType::float32);
    std::vector<std::vector<std::vector<float>>> results;
    for (const int count : {1, 2, 3, 5}) {
      set_threads(count);
      Tensor x = inputs.clone(), weight = random_tensor(shape, 2).to(DType::float32).clone();
      x.set_requires_grad();
      weight.set_requires_grad();
      const Tensor y = functional::conv2d(x, weight, {}, 1, 1);
      y.backward(random_tensor(y.shape(), 3).to(DType::float32));
      results.push_back(
          {y.to_vector<float>(), x.grad().to_vector<float>(), weight.grad().to_vector<float>()});
    }
    for (const auto& result : results) CHECK(result == results[0]);
  }
  set_threads(before);
}

TEST_CASE("conv2d refuses what does not fit, in a sentence", "[conv2d]") {
  const Tensor x = Tensor::zeros({1, 3, 4, 4});
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({8, 4, 3, 3})),
                    Catch::Contains("takes 4 input channels"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({8, 3, 5, 5})), Catch::Contains("does not fit"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({8, 3, 3, 3}, DType::float64)),
                    Catch::Contains("float64"));
  CHECK_THROWS_WITH(functional::conv2d(Tensor::zeros({3, 4, 4}), Tensor::zeros({8, 3, 3, 3})),
                    Catch::Contains("[N, C, H, W]"));
  CHECK_THROWS_AS(functional::conv2d(x, Tensor::zeros({8, 3, 3, 3}), {}, 0), Error);
}
