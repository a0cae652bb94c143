// Rectified linear unit: y = max(x, 0), NaN stays NaN. Backward: dx = dy where y > 0, else 0.
#pragma once

#include <cstdint>

#include "kernels/executors.h"

namespace norma {

template <class T>
struct ReluForward {
  std::int64_t count;
  const T* x;
  T* y;
};

template <class T>
struct ReluBackward {
  std::int64_t count;
  const T* dy;
  const T* y;
  T* dx;
};

NORMA_DECLARE(relu_forward, ReluForward)
NORMA_DECLARE(relu_backward, ReluBackward)

}  // namespace norma
