// The place of a thread in the grid, and how large a grid to ask for.
//
// Kernels here loop over their work with the stride of the whole grid, so that any grid is right and its size
// only a matter of speed:
//
//   for (long long i = thread_in_grid(); i < count; i += threads_in_grid()) y[i] = f(x[i]);
//
//   grid of 2 blocks of 4      i = 0 1 2 3 4 5 6 7 8 9 …
//                         thread   0 1 2 3 0 1 2 3 0 1       neighbours touch neighbours: coalesced
//                         block    0 0 0 0 1 1 1 1 0 0
#pragma once

#include <algorithm>

#include "kernels/cuda/cuda.h"

namespace norma::NORMA_EXECUTOR {

inline constexpr unsigned block_threads = 256, block_warps = block_threads / 32;
inline constexpr unsigned all_lanes = 0xffffffffu;

__device__ __forceinline__ long long thread_in_grid() {
  return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ __forceinline__ long long threads_in_grid() {
  return static_cast<long long>(gridDim.x) * blockDim.x;
}
__device__ __forceinline__ int lane_in_warp() { return static_cast<int>(threadIdx.x % 32); }
__device__ __forceinline__ long long warp_in_grid() { return thread_in_grid() / 32; }
__device__ __forceinline__ long long warps_in_grid() { return threads_in_grid() / 32; }

template <class A, class B>
constexpr long long divide_up(A a, B b) {
  return (static_cast<long long>(a) + b - 1) / b;
}

/// Blocks of block_threads threads for `count` threads' work; at most some waves on the largest GPU, each
/// thread then takes several turns.
inline unsigned blocks_for(long long count) {
  return static_cast<unsigned>(std::clamp(divide_up(count, block_threads), 1ll, 8192ll));
}
/// The same if each turn is taken by a warp.
inline unsigned blocks_for_warps(long long count) { return blocks_for(32 * count); }

}  // namespace norma::NORMA_EXECUTOR
