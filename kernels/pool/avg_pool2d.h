// Average pooling: y[i, j] = Σ x over the window / its area, padding counted as zeros (count_include_pad, the
// default) or not at all. Backward spreads dy evenly over the window.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"
#include "kernels/pool/window.h"

namespace norma {

template <class T>
struct AvgPool2dForward {
  PoolShape s;
  bool count_include_pad;
  const T* x;
  T* y;

  Cost cost() const { return pool_cost<T>(s, false); }
};

template <class T>
struct AvgPool2dBackward {
  PoolShape s;
  bool count_include_pad;
  const T* dy;
  T* dx;

  Cost cost() const { return pool_cost<T>(s, false); }
};

/// What a window's sum is divided by.
template <class T, class Int>
constexpr T divisor(const PoolWindow<Int>& window, bool count_include_pad) {
  return static_cast<T>(count_include_pad ? window.padded_area
                                          : (window.bottom - window.top) * (window.right - window.left));
}

NORMA_DECLARE(avg_pool2d_forward, AvgPool2dForward)
NORMA_DECLARE(avg_pool2d_backward, AvgPool2dBackward)

}  // namespace norma
