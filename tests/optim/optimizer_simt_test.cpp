// The optimizers' steps as CUDA sources on simt.
#include "optim/optimizer.h"
#include "tests/support/on_simt.h"

using namespace norma;
using namespace norma::test;

namespace {

// Parameters after five steps on fixed gradients.
template <class Make>
Tensor after_steps(Device device, DType dtype, std::int64_t count, Make make) {
  Tensor p = random_tensor({count}, 1).to(dtype).to(device).clone();
  p.set_requires_grad();
  auto optimizer = make(std::vector<Tensor>{p});
  for (std::uint64_t step = 0; step < 5; ++step) {
    p.set_grad(random_tensor({count}, 100 + step).to(dtype).to(device));
    optimizer->step();
  }
  return p.detach();
}

template <class Make>
void check_optimizer(const std::string& what, Make make) {
  for (const std::int64_t count : {1, 33, 1003, 2048}) {
    const Tensor want = after_steps(Device::reference, DType::float64, count, make);
    for (const DType dtype : {DType::float32, DType::float64}) {
      const Tensor got = same_under_all_schedules(
          [&] { return std::vector{after_steps(Device::simt, dtype, count, make)}; })[0];
      require_close(got, want, dtype == DType::float32 ? 1e-5 : 1e-12, what);
    }
  }
}

}  // namespace

TEST_CASE("optimizers on simt agree with their references under all schedules", "[optim][simt]") {
  for (const SgdOptions& o :
       std::vector<SgdOptions>{{.lr = 0.1},
                               {.lr = 0.1, .momentum = 0.9},
                               {.lr = 0.1, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.01},
                               {.lr = 0.05, .momentum = 0.8, .weight_decay = 0.1, .nesterov = true}})
    check_optimizer("sgd", [&](std::vector<Tensor> p) { return std::make_unique<SGD>(std::move(p), o); });
  for (const AdamOptions& o : std::vector<AdamOptions>{{}, {.lr = 0.02, .weight_decay = 0.1}}) {
    check_optimizer("adam", [&](std::vector<Tensor> p) { return std::make_unique<Adam>(std::move(p), o); });
    check_optimizer("adamw", [&](std::vector<Tensor> p) { return std::make_unique<AdamW>(std::move(p), o); });
  }
}
