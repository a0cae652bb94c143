// Group norm forward, one block per set: a complete kernel as an example for simt.
//
// MATH     y = (x − mean)·rstd·weight[c] + bias[c], mean and rstd over the M = C/G·H·W elements of a set
// MAPPING  grid N·G, block 32·k threads
//
//            x of image n   │ group 0 … M │ group 1 … M │ … │      a set is contiguous
//                           └── block ────┘                       thread t takes elements t, t + blockDim, …
//
// MEMORY   x is read three times (mean, squares, result), y written once; small sets stay in the L2 cache
// NUMERICS two passes, both in float: Σ (x − mean)² stays accurate with a large mean
// REQUIRES every thread of a block reaches every block_sum; blockDim.x is a multiple of 32
#pragma once

#include "kernels/cuda/cuda.h"
#include "tests/kernels/simt/kernels.cuh"

namespace norma::NORMA_EXECUTOR {

struct GroupNormDemo {
  int c, hw, groups;
  float eps;
  const float* x;
  const float* weight;
  const float* bias;
  float* y;
};

static __global__ void __launch_bounds__(256) group_norm_block_per_set(GroupNormDemo a) {
  const int m = a.c / a.groups * a.hw, set = static_cast<int>(blockIdx.x);
  const float* const x = a.x + static_cast<long long>(set) * m;
  float* const y = a.y + static_cast<long long>(set) * m;
  const int first = static_cast<int>(threadIdx.x), step = static_cast<int>(blockDim.x);

  // mean
  float sum = 0;
  for (int i = first; i < m; i += step) sum += x[i];
  const float mean = block_sum(sum) / static_cast<float>(m);

  // variance
  float squares = 0;
  for (int i = first; i < m; i += step) squares += (x[i] - mean) * (x[i] - mean);
  const float rstd = rsqrtf(block_sum(squares) / static_cast<float>(m) + a.eps);

  // result
  const int first_channel = set % a.groups * (a.c / a.groups);
  for (int i = first; i < m; i += step) {
    const int c = first_channel + i / a.hw;
    y[i] = (x[i] - mean) * rstd * a.weight[c] + a.bias[c];
  }
}

inline void group_norm_demo(int n, const GroupNormDemo& a) {
  launch(group_norm_block_per_set, {.grid = static_cast<unsigned>(n * a.groups), .block = 256}, a);
}

}  // namespace norma::NORMA_EXECUTOR
