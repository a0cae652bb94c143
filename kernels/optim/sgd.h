// One step of stochastic gradient descent on one parameter, as PyTorch's torch.optim.SGD:
//
//   g = grad + weight_decay·p
//   v = g at the first step, else momentum·v + (1 − dampening)·g          (where momentum ≠ 0)
//   p = p − lr·(nesterov ? g + momentum·v : v)
#pragma once

#include <cstdint>

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
};

NORMA_DECLARE(sgd_step, SgdStep)

}  // namespace norma
