// What the optimizer tests of all executors run: options that together reach every term of every update.
#pragma once

#include <memory>
#include <string>

#include "optim/optimizer.h"
#include "tests/support/check.h"

namespace norma::test {

/// A parameter of `count` elements after some steps on fixed gradients, on a device and in a dtype.
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

/// Calls check(name, make) for every case; make(parameters) makes the optimizer.
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

}  // namespace norma::test
