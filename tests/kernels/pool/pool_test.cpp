#include <cmath>

#include "core/random.h"
#include "layers/functional/pool.h"
#include "tests/kernels/pool/cases.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("max_pool2d agrees with its reference and with central differences", "[max_pool2d][operation]") {
  for (const PoolCase& c : pool_cases) {
    CAPTURE(c.x.to_string(), c.kernel.h, c.stride.h, c.padding.h, c.ceil_mode);
    check_operation({spread_tensor(c.x, 1)}, [&](const Inputs& t) {
      return functional::max_pool2d(t[0], c.kernel, c.stride, c.padding, c.ceil_mode);
    });
  }
}

TEST_CASE("avg_pool2d agrees with its reference and with central differences", "[avg_pool2d][operation]") {
  for (const PoolCase& c : pool_cases)
    for (const bool include_pad : {true, false}) {
      CAPTURE(c.x.to_string(), c.kernel.h, c.stride.h, c.padding.h, c.ceil_mode, include_pad);
      check_operation({random_tensor(c.x, 1)}, [&](const Inputs& t) {
        return functional::avg_pool2d(t[0], c.kernel, c.stride, c.padding, c.ceil_mode, include_pad);
      });
    }
}

TEST_CASE("global_avg_pool agrees with its reference and with central differences",
          "[global_avg_pool][operation]") {
  for (const Shape& shape :
       std::vector<Shape>{{1, 1, 1, 1}, {2, 3, 5, 7}, {1, 33, 1, 31}, {3, 2, 8, 8}, {1, 9, 12, 12}})
    check_operation({random_tensor(shape, 1)},
                    [](const Inputs& t) { return functional::global_avg_pool(t[0]); });
}

TEST_CASE("max_pool2d takes the first of equal values and passes NaN on", "[max_pool2d][operation]") {
  for (const Device device : executors()) {
    Tensor equal = Tensor::full({1, 1, 2, 2}, 3, DType::float32, device);
    equal.set_requires_grad();
    functional::max_pool2d(equal, 2).backward(Tensor::full({1, 1, 1, 1}, 1, DType::float32, device));
    CHECK(equal.grad().to_vector<float>() == std::vector<float>{1, 0, 0, 0});
    const Tensor spoiled = Tensor::from<float>({1, std::nanf(""), 5, 2}, {1, 1, 2, 2}, device);
    CHECK(std::isnan(functional::max_pool2d(spoiled, 2).item()));
    const Tensor low =
        Tensor::full({1, 1, 2, 2}, -std::numeric_limits<double>::infinity(), DType::float32, device);
    CHECK(functional::max_pool2d(low, 2).item() == -std::numeric_limits<double>::infinity());
  }
}

TEST_CASE("max_pool2d of many windows agrees with the reference, with equal values, NaN and infinities too",
          "[max_pool2d][operation]") {
  // Few different values, so that most windows have equal values.
  const double values[] = {-std::numeric_limits<double>::infinity(), -1, 0, 2, std::nan("")};
  for (const Shape& shape : std::vector<Shape>{{2, 3, 8, 32}, {1, 2, 6, 22}, {1, 1, 40, 6}}) {
    std::vector<double> x(static_cast<std::size_t>(shape.numel()));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = values[RandomSequence{9}.word(i) % 5];
    const auto results = [&](Device device, DType dtype) {
      Tensor in = Tensor::from(x, shape).to(dtype).to(device).clone().set_requires_grad();
      const Tensor y = functional::max_pool2d(in, 2);
      y.backward(random_tensor(y.shape(), 5).to(dtype).to(device));
      std::vector<double> all = y.to_vector<double>();
      for (double& v : all) v = std::isnan(v) ? 77 : v;  // so that NaN equals NaN
      for (const double v : in.grad().to_vector<double>()) all.push_back(v);
      return all;
    };
    for (const Device device : tested_devices())
      for (const DType dtype : {DType::float32, DType::float64}) {
        CAPTURE(name(device), name(dtype), shape.to_string());
        CHECK(results(device, dtype) == results(Device::reference, dtype));
      }
  }
}

TEST_CASE("pooling refuses wrong arguments in one sentence", "[max_pool2d][avg_pool2d]") {
  const Tensor x = Tensor::zeros({1, 1, 3, 3});
  CHECK_THROWS_WITH(functional::max_pool2d(x, 4), Catch::Contains("does not fit"));
  CHECK_THROWS_WITH(functional::avg_pool2d(x, 2, 2, 2), Catch::Contains("half the kernel"));
  CHECK_THROWS_AS(functional::max_pool2d(x, 2, 0), Error);
}
