// NIST StRD, univariate summary statistics, NumAcc1 to NumAcc4: data sets for which many variance formulas
// fail (https://www.itl.nist.gov/div898/strd/univ/homepage.html). Certified deviations use n − 1.
#include <cmath>

#include "kernels/norm/variance/variance.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/group_norm.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using norma::test::executors;

TEST_CASE("batch statistics agree with the certified values of NIST NumAcc in double",
          "[batch_norm][numacc][operation]") {
  for (const Device device : executors())
    for (const NumAcc& c : nist_numacc()) {
      CAPTURE(c.name, name(device));
      const Tensor x = Tensor::from(c.values, {1, 1, 1, static_cast<std::int64_t>(c.values.size())}, device);
      const Tensor mean = Tensor::zeros({1}, DType::float64, device),
                   var = Tensor::full({1}, 1, DType::float64, device);
      functional::batch_norm(x, mean, var, {}, {}, true, 1.0);
      CHECK(mean.item() == Approx(c.mean).epsilon(1e-14));
      // The decimal data are not exact in binary: with NumAcc4 a double is accurate to 1e-8.
      CHECK(std::sqrt(var.item()) == Approx(c.deviation).epsilon(2e-8));
    }
}

TEST_CASE("NumAcc2 keeps its digits in float, and NumAcc1 its last bit", "[batch_norm][numacc]") {
  for (const NumAcc& c : {nist_numacc()[0], nist_numacc()[1]}) {
    CAPTURE(c.name);
    std::vector<float> values(c.values.begin(), c.values.end());
    const Tensor x = Tensor::from(values, {1, 1, 1, static_cast<std::int64_t>(values.size())});
    const Tensor mean = Tensor::zeros({1}), var = Tensor::full({1}, 1);
    functional::batch_norm(x, mean, var, {}, {}, true, 1.0);
    CHECK(mean.item() == Approx(c.mean).epsilon(1e-7));
    CHECK(std::sqrt(var.item()) == Approx(c.deviation).epsilon(2e-6));
  }
}
