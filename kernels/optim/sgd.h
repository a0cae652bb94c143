// One step of stochastic gradient descent on any number of parameters, as PyTorch's torch.optim.SGD:
//
//   g = grad + weight_decay·p
//   v = g at the first step, else momentum·v + (1 − dampening)·g          (where momentum ≠ 0)
//   p = p − lr·(nesterov ? g + momentum·v : v)
#pragma once

#include <cstdint>
#include <vector>

#include "core/step_state.h"
#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct SgdParameter {
  std::int64_t count;
  bool first;  ///< the velocity holds nothing yet
  const T* grad;
  T* p;
  T* velocity;  ///< not touched where momentum = 0
};

template <class T>
struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov;
  std::vector<SgdParameter<T>> parameters;
  const StepState* state = nullptr;  ///< if there is one, its lr and momentum count; momentum must not be 0

  Cost cost() const {
    std::int64_t count = 0;
    for (const auto& p : parameters) count += p.count;
    return cost_of_numbers<T>((momentum == 0 ? 3 : 5) * count);
  }
};

NORMA_DECLARE(sgd_step, SgdStep)

}  // namespace norma
