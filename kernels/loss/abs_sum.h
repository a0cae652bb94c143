// The L1 penalty of one tensor: y = factor·Σ |x|. Backward: dx = dy·factor·sign(x), with sign(0) = 0.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct AbsSumForward {
  std::int64_t count;
  double factor;
  const T* x;
  T* y;  ///< one number

  Cost cost() const { return cost_of_numbers<T>(count + 1); }
};

template <class T>
struct AbsSumBackward {
  std::int64_t count;
  double factor;
  const T* dy;  ///< one number
  const T* x;
  T* dx;

  Cost cost() const { return cost_of_numbers<T>(2 * count + 1); }
};

NORMA_DECLARE(abs_sum_forward, AbsSumForward)
NORMA_DECLARE(abs_sum_backward, AbsSumBackward)

}  // namespace norma
