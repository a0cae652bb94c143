// The classic sum over a block, as a tree in shared memory.
#pragma once

#include "kernels/cuda/grid.cuh"

namespace norma::NORMA_EXECUTOR::steps {

/// The sum over a block of block_threads threads, in every thread. All threads must call it; safe to call
/// twice in a row. 10 barriers.
///
///     v   │ 0 │ 1 │ … │127│128│129│ … │255│       s[t] += s[t + 128], barrier, s[t] += s[t + 64], barrier, …
///           ▲───────────────┘                     at each level half of the threads drop out, and wait
///               ▲───────────────┘
__device__ __forceinline__ double tree_sum(double v) {
  NORMA_SHARED(double[block_threads], s);
  s[threadIdx.x] = v;
  __syncthreads();
  for (unsigned half = block_threads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) s[threadIdx.x] += s[threadIdx.x + half];
    __syncthreads();
  }
  const double sum = s[0];
  __syncthreads();  // before the next call writes s
  return sum;
}

}  // namespace norma::NORMA_EXECUTOR::steps
