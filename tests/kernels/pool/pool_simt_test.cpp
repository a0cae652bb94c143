// The pools as CUDA sources on simt.
#include <cmath>

#include "layers/functional/pool.h"
#include "tests/support/on_simt.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("global_avg_pool on simt agrees with its reference under all schedules",
          "[global_avg_pool][simt]") {
  for (const Shape& shape :
       std::vector<Shape>{{1, 1, 1, 1}, {2, 3, 5, 7}, {1, 33, 1, 31}, {3, 2, 8, 8}, {1, 9, 12, 12}})
    check_on_simt({random_tensor(shape, 1, 0, 1)},
                  [](const Inputs& t) { return functional::global_avg_pool(t[0]); });
}

TEST_CASE("max_pool2d on simt takes the first of equals and lets NaN through", "[max_pool2d][simt]") {
  Tensor equal = Tensor::full({1, 1, 2, 2}, 3, DType::float32, Device::simt);
  equal.set_requires_grad();
  functional::max_pool2d(equal, 2).backward(Tensor::full({1, 1, 1, 1}, 1, DType::float32, Device::simt));
  CHECK(equal.grad().to_vector<float>() == std::vector<float>{1, 0, 0, 0});
  const Tensor spoiled = Tensor::from<float>({1, std::nanf(""), 5, 2}, {1, 1, 2, 2}, Device::simt);
  CHECK(std::isnan(functional::max_pool2d(spoiled, 2).item()));
}
