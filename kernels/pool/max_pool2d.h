// Max pooling: y[i, j] = the largest x in its window; padding counts as −∞, NaN wins, and among equals the
// first in row-major order. Forward writes down where it was found; backward adds dy there (windows may
// overlap).
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"
#include "kernels/pool/window.h"

namespace norma {

template <class T>
struct MaxPool2dForward {
  PoolShape s;
  const T* x;
  T* y;
  std::int64_t* index;  ///< out, of y's shape: position of the maximum in its plane of x

  Cost cost() const { return pool_cost<T>(s, true); }
};

template <class T>
struct MaxPool2dBackward {
  PoolShape s;
  const T* dy;
  const std::int64_t* index;
  T* dx;

  Cost cost() const { return pool_cost<T>(s, true); }
};

/// The transpose of backward, for its gradient: y = u where the maxima were.
template <class T>
struct MaxPool2dGather {
  PoolShape s;
  const T* u;                 ///< of x's shape
  const std::int64_t* index;  ///< of y's shape, from forward
  T* y;

  Cost cost() const { return pool_cost<T>(s, true); }
};

NORMA_DECLARE(max_pool2d_forward, MaxPool2dForward)
NORMA_DECLARE(max_pool2d_backward, MaxPool2dBackward)
NORMA_DECLARE(max_pool2d_gather, MaxPool2dGather)

}  // namespace norma
