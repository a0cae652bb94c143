// Fully connected layer: y = x·weightᵀ + bias. Backward: dx = dy·weight, dweight = dyᵀ·x, dbias = Σₙ dy.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct LinearForward {
  std::int64_t n, in, out;
  const T* x;       ///< [N, in]
  const T* weight;  ///< [out, in]
  const T* bias;    ///< [out] or nullptr
  T* y;             ///< [N, out]

  Cost cost() const {
    return {cost_of_numbers<T>(n * in + out * in + n * out).bytes, 2.0 * static_cast<double>(n * in * out)};
  }
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

  Cost cost() const {
    // dx and dweight: two products
    return {cost_of_numbers<T>(2 * (n * in + out * in) + n * out).bytes,
            4.0 * static_cast<double>(n * in * out)};
  }
};

NORMA_DECLARE(linear_forward, LinearForward)
NORMA_DECLARE(linear_backward, LinearBackward)

}  // namespace norma
