#include "optim/optimizer.h"

#include <catch2/catch.hpp>

#include "kernels/table.h"
#include "optim/scheduler.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

// Parameters after 12 steps on fixed gradients, on a device and in a dtype.
template <class Make>
Tensor after_steps(Device device, DType dtype, Make make) {
  Tensor p = random_tensor({1003}, 1).to(dtype).to(device).clone();
  p.set_requires_grad();
  auto optimizer = make(std::vector<Tensor>{p});
  for (std::uint64_t step = 0; step < 12; ++step) {
    p.set_grad(random_tensor({1003}, 100 + step).to(dtype).to(device));
    optimizer->step();
  }
  return p.detach();
}

template <class Make>
void check_optimizer(const std::string& what, Make make) {
  const Tensor want = after_steps(Device::reference, DType::float64, make);
  require_close(after_steps(Device::cpu, DType::float64, make), want, 1e-12, what + " double");
  require_close(after_steps(Device::cpu, DType::float32, make), want, 1e-5, what + " float");
}

}  // namespace

TEST_CASE("optimizers on the cpu agree with their references over 12 steps", "[optim]") {
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

TEST_CASE("a parameter without a gradient is left alone", "[optim]") {
  Tensor p = Tensor::full({3}, 1).set_requires_grad();
  SGD(std::vector<Tensor>{p}, {.lr = 1, .weight_decay = 1}).step();
  CHECK(p.to_vector<float>() == std::vector<float>{1, 1, 1});
}

TEST_CASE("optimizers and schedulers refuse in sentences", "[optim]") {
  Tensor p = Tensor::full({3}, 1).set_requires_grad();
  CHECK_THROWS_AS(SGD({p}, {.lr = -1}), Error);
  CHECK_THROWS_AS(SGD({}, {.lr = 1}), Error);
  CHECK_THROWS_WITH(SGD({p}, {.lr = 1, .nesterov = true}), Catch::Contains("momentum"));
  SGD sgd({p}, {.lr = 1, .momentum = 0.9});
  OneCycleLR cycle(sgd, {.max_lr = 1, .total_steps = 2});
  cycle.step(), cycle.step();
  CHECK_THROWS_WITH(cycle.step(), Catch::Contains("2 steps"));
  CHECK_THROWS_AS(StepLR(sgd, 0), Error);
}

TEST_CASE("the L1 penalty is the sum over all parameters", "[optim]") {
  const std::vector<Tensor> p = {Tensor::from<float>({1, -2}, {2}).set_requires_grad(),
                                 Tensor::from<float>({-3}, {1}).set_requires_grad()};
  const Tensor penalty = l1_penalty(p, 0.5);
  CHECK(penalty.item() == 3);
  penalty.backward();
  CHECK(p[0].grad().to_vector<float>() == std::vector<float>{0.5f, -0.5f});
  CHECK(p[1].grad().item() == -0.5);
}
