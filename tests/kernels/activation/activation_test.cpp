#include <catch2/catch.hpp>
#include <cmath>

#include "layers/functional/add.h"
#include "layers/functional/relu.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {
const std::vector<Shape> shapes = {{1}, {31}, {33}, {2, 3, 5, 7}, {100003}};
}

TEST_CASE("relu agrees with its reference and with differences", "[relu]") {
  for (const Shape& shape : shapes) {
    Tensor x = spread_tensor(shape, 1);
    if (x.numel() == 1)
      x.data<double>()[0] = 0.5;  // the gradient of a lone negative is zero and proves nothing
    check_operation({x}, [](const Inputs& t) { return functional::relu(t[0]); });
  }
}

TEST_CASE("relu passes NaN on and stops at zero", "[relu]") {
  for (const Device device : {Device::reference, Device::cpu}) {
    Tensor x = Tensor::from<float>({std::nanf(""), 0.0f, -1.0f, 2.0f}, {4}, device);
    x.set_requires_grad();
    const Tensor y = functional::relu(x);
    CHECK(std::isnan(y.to_vector<float>()[0]));
    y.backward(Tensor::full({4}, 1, DType::float32, device));
    CHECK(x.grad().to_vector<float>()[1] == 0);
    CHECK(x.grad().to_vector<float>()[3] == 1);
  }
}

TEST_CASE("add agrees with its reference and with differences", "[add]") {
  for (const Shape& shape : shapes)
    check_operation({random_tensor(shape, 1), random_tensor(shape, 2)},
                    [](const Inputs& t) { return functional::add(t[0], t[1]); });
  CHECK_THROWS_AS(functional::add(Tensor::zeros({2}), Tensor::zeros({3})), Error);
}

TEST_CASE("a tensor added to itself gets both gradients", "[add]") {
  check_operation({random_tensor({5}, 1)}, [](const Inputs& t) { return functional::add(t[0], t[0]); });
}
