// Rectified linear unit: y = max(x, 0), NaN stays NaN. Backward: dx = dy where y > 0, else 0.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct ReluForward {
  std::int64_t count;
  const T* x;
  T* y;

  Cost cost() const { return cost_of_numbers<T>(2 * count); }
};

template <class T>
struct ReluBackward {
  std::int64_t count;
  const T* dy;
  const T* y;
  T* dx;

  Cost cost() const { return cost_of_numbers<T>(3 * count); }
};

NORMA_DECLARE(relu_forward, ReluForward)
NORMA_DECLARE(relu_backward, ReluBackward)

}  // namespace norma
