#include "optim/optimizer.h"

#include <catch2/catch.hpp>

#include "optim/scheduler.h"
#include "tests/optim/cases.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("optimizers on the cpu agree with their references over 12 steps", "[optim]") {
  for_each_optimizer([](const std::string& what, auto make) {
    const auto after_twelve = [&](Device device, DType dtype) {
      return after_steps(device, dtype, 1003, 12, make);
    };
    const Tensor want = after_twelve(Device::reference, DType::float64);
    require_close(after_twelve(Device::cpu, DType::float64), want, 1e-12, what + " double");
    require_close(after_twelve(Device::cpu, DType::float32), want, 1e-5, what + " float");
  });
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
