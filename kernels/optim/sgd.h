// One step of stochastic gradient descent on one parameter, as PyTorch's torch.optim.SGD:
//
//   g = grad + weight_decay·p
//   v = g at the first step, else momentum·v + (1 − dampening)·g          (where momentum ≠ 0)
//   p = p − lr·(nesterov ? g + momentum·v : v)
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct SgdStep {
  std::int64_t count;
  double lr, momentum, dampening, weight_decay;
  bool nesterov;
  bool first;  ///< the velocity holds nothing yet
  const T* grad;
  T* p;
  T* velocity;  ///< not touched where momentum = 0

  Cost cost() const { return cost_of_numbers<T>((momentum == 0 ? 3 : 5) * count); }
};

NORMA_DECLARE(sgd_step, SgdStep)

}  // namespace norma
