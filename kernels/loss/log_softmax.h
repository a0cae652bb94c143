// Log-softmax over rows: y = x − max − log Σ exp(x − max). Backward: dx = dy − exp(y)·Σ dy.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct LogSoftmaxForward {
  std::int64_t rows, classes;
  const T* x;  ///< [rows, classes]
  T* y;

  Cost cost() const { return cost_of_numbers<T>(2 * rows * classes); }
};

template <class T>
struct LogSoftmaxBackward {
  std::int64_t rows, classes;
  const T* dy;
  const T* y;
  T* dx;

  Cost cost() const { return cost_of_numbers<T>(3 * rows * classes); }
};

NORMA_DECLARE(log_softmax_forward, LogSoftmaxForward)
NORMA_DECLARE(log_softmax_backward, LogSoftmaxBackward)

}  // namespace norma
