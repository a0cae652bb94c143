#include <cmath>

#include "kernels/table.h"
#include "layers/functional/add.h"
#include "layers/functional/relu.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {
const std::vector<Shape> shapes = {{1}, {3}, {31}, {33}, {2, 3, 5, 7}, {1024}, {2053}, {100003}};
}

TEST_CASE("relu agrees with its reference and with central differences", "[relu][operation]") {
  for (const Shape& shape : shapes) {
    Tensor x = spread_tensor(shape, 1);
    if (x.numel() == 1)
      // The results of a single negative number are all zero and would prove nothing.
      x.data<double>()[0] = 0.5;
    check_operation({x}, [](const Inputs& t) { return functional::relu(t[0]); });
  }
}

TEST_CASE("relu passes NaN on and stops at zero", "[relu][operation]") {
  for (const Device device : executors()) {
    Tensor x = Tensor::from<float>({std::nanf(""), 0.0f, -1.0f, 2.0f}, {4}, device);
    x.set_requires_grad();
    const Tensor y = functional::relu(x);
    CHECK(std::isnan(y.to_vector<float>()[0]));
    y.backward(Tensor::full({4}, 1, DType::float32, device));
    CHECK(x.grad().to_vector<float>()[1] == 0);
    CHECK(x.grad().to_vector<float>()[3] == 1);
  }
}

TEST_CASE("add agrees with its reference and with central differences", "[add][operation]") {
  for (const Shape& shape : shapes)
    check_operation({random_tensor(shape, 1), random_tensor(shape, 2)},
                    [](const Inputs& t) { return functional::add(t[0], t[1]); });
  CHECK_THROWS_AS(functional::add(Tensor::zeros({2}), Tensor::zeros({3})), Error);
}

TEST_CASE("a tensor added to itself gets both gradients", "[add][operation]") {
  check_operation({random_tensor({5}, 1)}, [](const Inputs& t) { return functional::add(t[0], t[0]); });
}

TEST_CASE("arrays that do not begin at a multiple of 16 bytes give the same sums", "[add][operation]") {
  const auto check = []<class T>(Device device, T) {
    const std::int64_t count = 1031;
    const Tensor a = random_tensor({count + 4}, 1).to(dtype_of<T>).to(device),
                 b = random_tensor({count + 4}, 2).to(dtype_of<T>).to(device);
    const std::vector<T> left = a.to_vector<T>(), right = b.to_vector<T>();
    for (std::size_t shift = 0; shift < 4; ++shift) {
      const Tensor y = Tensor::full({count + 4}, 77, dtype_of<T>, device);
      kernels<T>.add(device, {count, a.data<T>() + shift, b.data<T>() + 1, y.data<T>() + shift});
      std::vector<T> want(left.size(), 77);
      for (std::size_t i = shift; i < shift + count; ++i) want[i] = left[i] + right[i - shift + 1];
      CHECK(y.to_vector<T>() == want);
    }
  };
  for (const Device device : executors()) check(device, float{}), check(device, double{});
}

TEST_CASE("a tensor is filled with one value, rounded once", "[fill][operation]") {
  for (const Device device : executors())
    for (const std::int64_t count : {0, 1, 31, 1027, 100003})
      for (const DType dtype : {DType::float32, DType::float64}) {
        const auto values = Tensor::full({count}, 0.1, dtype, device).to_vector<double>();
        CHECK(values == std::vector<double>(values.size(), dtype == DType::float32 ? 0.1f : 0.1));
      }
}
