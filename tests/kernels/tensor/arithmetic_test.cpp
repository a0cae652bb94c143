// The operations of kernels/tensor, through the differentiable functions that are made of them.
#include "layers/functional/arithmetic.h"

#include <cmath>
#include <limits>

#include "core/autograd.h"
#include "layers/functional/reshape.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/second_derivatives.h"

using namespace norma;
using namespace norma::test;
using functional::square;

namespace {

struct Known {
  UnaryFunction f;
  double low, high;  // where it is smooth
  double (*value)(double);
};

const Known known[] = {
    {UnaryFunction::identity, -2, 2, [](double u) { return u; }},
    {UnaryFunction::square, -2, 2, [](double u) { return u * u; }},
    {UnaryFunction::sqrt, 0.5, 2, [](double u) { return std::sqrt(u); }},
    {UnaryFunction::rsqrt, 0.5, 2, [](double u) { return std::pow(u, -0.5); }},
    {UnaryFunction::reciprocal, 0.5, 2, [](double u) { return std::pow(u, -1); }},
    {UnaryFunction::exp, -3, 3, [](double u) { return std::pow(std::exp(1.0), u); }},
    {UnaryFunction::log, 0.5, 3, [](double u) { return std::log2(u) / std::log2(std::exp(1.0)); }},
    {UnaryFunction::sigmoid, -4, 4, [](double u) { return 0.5 + 0.5 * std::tanh(u / 2); }},
    {UnaryFunction::tanh, -4, 4, [](double u) { return std::sinh(u) / std::cosh(u); }},
};

/// The ways in which a small array meets images of [3, 4, 5, 6].
const std::vector<Shape> smaller = {{1, 4, 1, 1}, {3, 4, 1, 1}, {3, 1, 1, 1}, {3, 1, 5, 6}, {1, 4, 5, 6},
                                    {1, 1, 1, 1}, {3, 4, 5, 6}, {1, 1, 5, 6}, {3, 4, 5, 1}};

void check_twice(const Inputs& inputs, const Function& f) {
  test::check_twice(inputs, f, {.float_backward = 2e-4});
}

}  // namespace

TEST_CASE("functions of an element agree with their reference and with central differences",
          "[tensor][operation]") {
  for (const Known& k : known)
    for (const std::int64_t count : {1, 7, 31, 1027}) {
      CAPTURE(static_cast<int>(k.f), count);
      const Tensor u = random_tensor({count}, 3, k.low, k.high);
      check_operation({u}, [&](const Inputs& t) { return functional::unary(k.f, t[0]); });
      check_operation({functional::affine(u, 0.5, -0.125)},
                      [&](const Inputs& t) { return functional::unary(k.f, t[0], 2, 0.25); });
      const auto got = functional::unary(k.f, u).to_vector<double>(), at = u.to_vector<double>();
      for (std::size_t i = 0; i < at.size(); ++i) CHECK(got[i] == Approx(k.value(at[i])).epsilon(1e-13));
    }
}

TEST_CASE("functions of an element pass NaN on and keep their limits", "[tensor][operation]") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const Device device : executors())
    for (const DType dtype : {DType::float32, DType::float64}) {
      CAPTURE(name(device), name(dtype));
      const auto at = [&](UnaryFunction f, double u) {
        return functional::unary(f, Tensor::full({3}, u, dtype, device)).to_vector<double>()[1];
      };
      for (const Known& k : known) CHECK(std::isnan(at(k.f, std::nan(""))));
      CHECK(at(UnaryFunction::sigmoid, 1000) == 1);
      CHECK(at(UnaryFunction::sigmoid, -1000) == 0);
      CHECK(at(UnaryFunction::tanh, 1000) == 1);
      CHECK(at(UnaryFunction::tanh, -1000) == -1);
      CHECK(at(UnaryFunction::exp, -1000) == 0);
      CHECK(at(UnaryFunction::exp, 1000) == inf);
      CHECK(at(UnaryFunction::log, 0) == -inf);
      CHECK(at(UnaryFunction::log, inf) == inf);
      CHECK(std::isnan(at(UnaryFunction::log, -1)));
      CHECK(std::isnan(at(UnaryFunction::sqrt, -1)));
    }
}

TEST_CASE("a smaller tensor is repeated, forward and backward", "[tensor][operation]") {
  const Tensor x = random_tensor({3, 4, 5, 6}, 1), other = spread_tensor({3, 4, 5, 6}, 1);
  for (const Shape& shape : smaller) {
    CAPTURE(shape.to_string());
    const Tensor v = random_tensor(shape, 2);
    check_operation({x, v}, [](const Inputs& t) { return t[0] + t[1]; });
    check_operation({x, v}, [](const Inputs& t) { return t[0] - t[1]; });
    check_operation({x, v}, [](const Inputs& t) { return t[0] * t[1]; });
    check_operation({v}, [&](const Inputs& t) { return functional::expand(t[0], x.shape()); });
    const Tensor threshold = functional::affine(v, 1e-3, 0.1);  // between the values of `other`
    check_operation({other, threshold}, [](const Inputs& t) { return functional::maximum(t[0], t[1]); });
    check_operation({other, threshold}, [](const Inputs& t) { return functional::minimum(t[0], t[1]); });
  }
  // Long rows and many columns.
  const Tensor wide = random_tensor({2, 3, 1, 1031}, 5);
  check_operation({wide, random_tensor({1, 3, 1, 1}, 6)}, [](const Inputs& t) { return t[0] * t[1]; });
  check_operation({wide, random_tensor({2, 1, 1, 1031}, 7)}, [](const Inputs& t) { return t[0] * t[1]; });
}

TEST_CASE("sums and means over sizes agree with their reference and with central differences",
          "[tensor][operation]") {
  const Tensor x = random_tensor({3, 4, 5, 6}, 1, 0, 1);
  for (const std::vector<int>& dims :
       {std::vector<int>{0, 2, 3}, {2, 3}, {1, 2, 3}, {1}, {0}, {-1}, {0, 1, 2, 3}, {}, {0, 1}}) {
    CAPTURE(dims.size());
    check_operation({x}, [&](const Inputs& t) { return functional::sum(t[0], dims); });
    check_operation({x}, [&](const Inputs& t) { return functional::mean(t[0], dims); });
  }
  check_operation({random_tensor({200, 3, 7}, 1, 0, 1)},
                  [](const Inputs& t) { return functional::sum(t[0], {0}); });
  check_operation({random_tensor({2, 70, 3}, 1, 0, 1)},
                  [](const Inputs& t) { return functional::sum(t[0], {1}); });
  CHECK(functional::mean(Tensor::full({2, 3}, 5), {0, 1}).to_vector<double>() == std::vector<double>{5});
}

TEST_CASE("equal numbers share the gradient of a maximum", "[tensor][operation]") {
  for (const Device device : executors()) {
    Tensor x = Tensor::from<float>({1, 2, 3}, {3}, device), v = Tensor::from<float>({2}, {1}, device);
    x.set_requires_grad(), v.set_requires_grad();
    functional::maximum(x, v).backward(Tensor::full({3}, 1, DType::float32, device));
    CHECK(x.grad().to_vector<float>() == std::vector<float>{0, 0.5, 1});
    CHECK(v.grad().to_vector<float>() == std::vector<float>{1.5});
  }
}

TEST_CASE("tensors that do not go together are refused", "[tensor]") {
  using Catch::Contains;
  const Tensor x = Tensor::zeros({3, 4, 5, 6});
  CHECK_THROWS_WITH(x + Tensor::zeros({4}), Contains("same number of sizes"));
  CHECK_THROWS_WITH(x * Tensor::zeros({1, 3, 1, 1}), Contains("each size of the second"));
  CHECK_THROWS_WITH(x * Tensor::zeros({1, 4, 1, 6}), Contains("in two steps"));
  CHECK_THROWS_WITH(x + Tensor::zeros({3, 4, 5, 6}, DType::float64), Contains("both must agree"));
  CHECK_THROWS_WITH(functional::sum(x, {4}), Contains("sum over size 4"));
}

TEST_CASE("arithmetic can be differentiated twice", "[tensor][operation]") {
  for (const Known& k : known) {
    CAPTURE(static_cast<int>(k.f));
    if (k.f == UnaryFunction::identity) continue;  // its second derivative is 0
    check_twice({random_tensor({7}, 3, k.low, k.high)},
                [&](const Inputs& t) { return functional::unary(k.f, t[0], 1.5, 0.25); });
  }
  for (const Shape& shape : smaller) {
    CAPTURE(shape.to_string());
    const Tensor x = random_tensor({3, 4, 5, 6}, 1), v = random_tensor(shape, 2, 0.5, 1.5);
    check_twice({x, v}, [](const Inputs& t) { return t[0] * t[1]; });
    check_twice({x, v}, [](const Inputs& t) { return square(t[0] - t[1]); });
    check_twice({v}, [&](const Inputs& t) { return functional::expand(square(t[0]), {3, 4, 5, 6}); });
  }
  check_twice({random_tensor({3, 4, 5}, 1)}, [](const Inputs& t) {
    return functional::sum(functional::tanh(t[0]), {1, 2});
  });
}

TEST_CASE("grad() leaves the leaves alone and refuses what cannot be differentiated again", "[autograd]") {
  Tensor x = Tensor::from<double>({2, 3}, {2});
  x.set_requires_grad();
  const Tensor middle = square(x), y = functional::sum(middle * x, {0});  // Σ x³
  const Tensor unused = Tensor::full({1}, 1).set_requires_grad();
  const auto first = grad(y, {x, middle, unused}, {}, true);
  CHECK(first[0].to_vector<double>() == std::vector<double>{12, 27});
  CHECK(first[1].to_vector<double>() == std::vector<double>{2, 3});
  CHECK(!first[2].defined());
  CHECK(!x.grad().defined());
  const auto second = grad(functional::sum(first[0], {0}), {x});
  CHECK(second[0].to_vector<double>() == std::vector<double>{12, 18});
}
