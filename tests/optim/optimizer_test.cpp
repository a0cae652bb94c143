#include "optim/optimizer.h"

#include <memory>

#include "optim/scheduler.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

// A parameter of `count` elements after some steps with fixed gradients, on a device and in a dtype.
template <class Make>
Tensor after_steps(Device device, DType dtype, std::int64_t count, std::uint64_t steps, Make make) {
  Tensor p = random_tensor({count}, 1).to(dtype).to(device).clone();
  p.set_requires_grad();
  auto optimizer = make(std::vector<Tensor>{p});
  for (std::uint64_t step = 0; step < steps; ++step) {
    p.set_grad(random_tensor({count}, 100 + step).to(dtype).to(device));
    optimizer->step();
  }
  return p.detach();
}

// Calls check(name, make) for every case; make(parameters) makes the optimizer.
template <class Check>
void for_each_optimizer(Check check) {
  for (const SgdOptions& o :
       std::vector<SgdOptions>{{.lr = 0.1},
                               {.lr = 0.1, .momentum = 0.9},
                               {.lr = 0.1, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.01},
                               {.lr = 0.05, .momentum = 0.8, .weight_decay = 0.1, .nesterov = true}})
    check("sgd", [&](std::vector<Tensor> p) { return std::make_unique<SGD>(std::move(p), o); });
  for (const AdamOptions& o : std::vector<AdamOptions>{{}, {.lr = 0.02, .weight_decay = 0.1}}) {
    check("adam", [&](std::vector<Tensor> p) { return std::make_unique<Adam>(std::move(p), o); });
    check("adamw", [&](std::vector<Tensor> p) { return std::make_unique<AdamW>(std::move(p), o); });
  }
}

}  // namespace

TEST_CASE("optimizers agree with their references over 12 steps", "[optim][operation]") {
  for_each_optimizer([](const std::string& what, auto make) {
    for (const std::int64_t count : {1, 33, 1003, 2048}) {
      const Tensor want = after_steps(Device::reference, DType::float64, count, 12, make);
      for (const Device device : tested_devices())
        for (const DType dtype : {DType::float32, DType::float64}) {
          CAPTURE(count, name(device), name(dtype));
          const Tensor got = same_every_time(
              device, [&] { return std::vector{after_steps(device, dtype, count, 12, make)}; })[0];
          require_close(got, want, dtype == DType::float32 ? 1e-5 : 1e-12, what);
        }
    }
  });
}

TEST_CASE("a parameter without a gradient is not changed", "[optim]") {
  Tensor p = Tensor::full({3}, 1).set_requires_grad();
  SGD(std::vector<Tensor>{p}, {.lr = 1, .weight_decay = 1}).step();
  CHECK(p.to_vector<float>() == std::vector<float>{1, 1, 1});
}

TEST_CASE("errors of optimizers and schedulers are sentences", "[optim]") {
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
