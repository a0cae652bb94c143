// Fully connected layer: y = x·weightᵀ + bias. Backward: dx = dy·weight, dweight = dyᵀ·x, dbias = Σₙ dy.
#pragma once

#include <cstdint>

#include "kernels/executors.h"

namespace norma {

template <class T>
struct LinearForward {
  std::int64_t n, in, out;
  const T* x;       ///< [N, in]
  const T* weight;  ///< [out, in]
  const T* bias;    ///< [out] or nullptr
  T* y;             ///< [N, out]
};

template <class T>
struct LinearBackward {
  std::int64_t n, in, out;
  const T* dy;
  const T* x;
  const T* weight;
  T* dx;       ///< nullptr where not needed, as the two below
  T* dweight;  ///< [out, in]
  T* dbias;    ///< [out]
};

NORMA_DECLARE(linear_forward, LinearForward)
NORMA_DECLARE(linear_backward, LinearBackward)

}  // namespace norma
