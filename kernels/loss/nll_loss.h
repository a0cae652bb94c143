// Negative log-likelihood, the mean over rows, with label smoothing ε (Szegedy et al. 2016,
// arXiv:1512.00567):
//
//   loss = mean over rows of  −(1 − ε)·x[target] − ε/K·Σ x      x: log-probabilities of K classes
//
// On log-softmax this is cross-entropy. Backward: dx = −dloss/rows·((1 − ε)·[class = target] + ε/K). A target
// outside [0, K) is the caller's mistake; on a GPU, whose kernels cannot throw, the loss is then NaN.
#pragma once

#include <cstdint>

#include "core/shard.h"
#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct NllLossForward {
  std::int64_t rows, classes;
  double label_smoothing;  ///< ε in [0, 1]
  const T* x;              ///< [rows, classes]
  const std::int64_t* target;
  T* loss;           ///< one number
  Shard shard = {};  ///< of processes that share the rows: the mean is over all rows

  Cost cost() const { return cost_of_numbers<T>(rows * (label_smoothing == 0 ? 1 : classes) + 1, rows); }
};

template <class T>
struct NllLossBackward {
  std::int64_t rows, classes;
  double label_smoothing;
  const T* dloss;  ///< one number
  const std::int64_t* target;
  T* dx;
  Shard shard = {};

  Cost cost() const { return cost_of_numbers<T>(rows * classes + 1, rows); }
};

NORMA_DECLARE(nll_loss_forward, NllLossForward)
NORMA_DECLARE(nll_loss_backward, NllLossBackward)

}  // namespace norma
