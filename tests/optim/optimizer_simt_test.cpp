// The optimizers' steps as CUDA sources on simt.
#include "tests/optim/cases.h"
#include "tests/support/on_simt.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("optimizers on simt agree with their references under all schedules", "[optim][simt]") {
  for_each_optimizer([](const std::string& what, auto make) {
    for (const std::int64_t count : {1, 33, 1003, 2048}) {
      const Tensor want = after_steps(Device::reference, DType::float64, count, 5, make);
      for (const DType dtype : {DType::float32, DType::float64}) {
        const Tensor got = same_under_all_schedules(
            [&] { return std::vector{after_steps(Device::simt, dtype, count, 5, make)}; })[0];
        require_close(got, want, dtype == DType::float32 ? 1e-5 : 1e-12, what);
      }
    }
  });
}
