// relu and add as CUDA sources on simt.
#include <cmath>

#include "kernels/table.h"
#include "layers/functional/add.h"
#include "layers/functional/relu.h"
#include "tests/support/on_simt.h"

using namespace norma;
using namespace norma::test;

namespace {
const std::vector<Shape> shapes = {{1}, {3}, {31}, {33}, {2, 3, 5, 7}, {1024}, {2053}};
}

TEST_CASE("relu on simt agrees with its reference under all schedules", "[relu][simt]") {
  for (const Shape& shape : shapes) {
    Tensor x = spread_tensor(shape, 1);
    if (x.numel() == 1) x.data<double>()[0] = 0.5;
    check_on_simt({x}, [](const Inputs& t) { return functional::relu(t[0]); });
  }
  Tensor x = Tensor::from<float>({std::nanf(""), 0.0f, -1.0f, 2.0f}, {4}, Device::simt);
  x.set_requires_grad();
  const Tensor y = functional::relu(x);
  CHECK(std::isnan(y.to_vector<float>()[0]));
  y.backward(Tensor::full({4}, 1, DType::float32, Device::simt));
  CHECK(x.grad().to_vector<float>()[1] == 0);
  CHECK(x.grad().to_vector<float>()[3] == 1);
}

TEST_CASE("add on simt agrees with its reference under all schedules", "[add][simt]") {
  for (const Shape& shape : shapes)
    check_on_simt({random_tensor(shape, 1), random_tensor(shape, 2)},
                  [](const Inputs& t) { return functional::add(t[0], t[1]); });
}

TEST_CASE("arrays that begin off a multiple of 16 bytes give the same sums", "[add][simt]") {
  const auto check = []<class T>(T) {
    const std::int64_t count = 1031;
    const Tensor a = random_tensor({count + 4}, 1).to(dtype_of<T>),
                 b = random_tensor({count + 4}, 2).to(dtype_of<T>);
    for (std::int64_t shift = 0; shift < 4; ++shift) {
      const Tensor y = Tensor::full({count + 4}, 77, dtype_of<T>);
      kernels<T>.add(Device::simt, {count, a.data<T>() + shift, b.data<T>() + 1, y.data<T>() + shift});
      for (std::int64_t i = 0; i < count + 4; ++i) {
        const bool inside = i >= shift && i < shift + count;
        if (y.data<T>()[i] != (inside ? a.data<T>()[i] + b.data<T>()[i - shift + 1] : 77))
          FAIL("element " << i);
      }
    }
  };
  check(float{}), check(double{});
}
