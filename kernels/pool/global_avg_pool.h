// Global average pooling: y[n, c] = the mean of plane (n, c). Backward: dx = dy/(H·W) all over the plane.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct GlobalAvgPoolForward {
  std::int64_t planes, hw;  ///< N·C and H·W
  const T* x;
  T* y;  ///< [N·C]

  Cost cost() const { return cost_of_numbers<T>(planes * (hw + 1)); }
};

template <class T>
struct GlobalAvgPoolBackward {
  std::int64_t planes, hw;
  const T* dy;
  T* dx;

  Cost cost() const { return cost_of_numbers<T>(planes * (hw + 1)); }
};

NORMA_DECLARE(global_avg_pool_forward, GlobalAvgPoolForward)
NORMA_DECLARE(global_avg_pool_backward, GlobalAvgPoolBackward)

}  // namespace norma
