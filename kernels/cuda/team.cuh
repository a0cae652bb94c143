// Teams: threads that work on one thing together, and their sums. Every sum is a tree of fixed shape: the
// same bits at every run, and the same in every thread of the team.
//
//   Lanes   2ᵏ neighbouring lanes of a warp, 1 … 32        lanes = 8:  ┃0 … 7┃8 … 15┃16 … 23┃24 … 31┃
//   Block   all threads of a block                                     four teams, four short runs per warp
//
// REQUIRES  of Lanes: every lane of the warp calls sum and take_from_first, those without elements too.
//           of Block: every thread of the block does; blockDim.x is a multiple of 32, at most 1024.
//           All are safe to call twice in a row.
#pragma once

#include "kernels/cuda/grid.cuh"

namespace norma::NORMA_EXECUTOR {

/// The sum over each 2ᵏ neighbouring lanes, in all of them. All 32 lanes must call it.
///
///   lane   0   1   2   3  …        at each step a lane adds what the lane 16, 8, 4, 2, 1 away holds:
///          └───┼───┘   │           a + b = b + a, so that both partners end with the same number
///              └───────┘
template <class T>
__device__ __forceinline__ T lanes_sum(T v, unsigned lanes) {
  for (unsigned away = lanes / 2; away > 0; away /= 2)
    v += __shfl_xor_sync(all_lanes, v, static_cast<int>(away));
  return v;
}
template <class T>
__device__ __forceinline__ T warp_sum(T v) {
  return lanes_sum(v, 32);
}

/// The largest over the warp, in every lane. All 32 lanes must call it.
template <class T>
__device__ __forceinline__ T warp_max(T v) {
#pragma unroll
  for (int away = 16; away > 0; away /= 2) v = max(v, __shfl_xor_sync(all_lanes, v, away));
  return v;
}

/// The sum over the block, in every thread: lanes by butterfly, then warps in order. Two barriers: after the
/// first all sums of warps exist; after the second all have been read, and the next call may overwrite them.
template <class T>
__device__ __forceinline__ T block_sum(T v) {
  NORMA_SHARED(T[32], warp_sums);
  v = warp_sum(v);
  if (lane_in_warp() == 0) warp_sums[threadIdx.x / 32] = v;
  __syncthreads();
  T sum = 0;
  for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) sum += warp_sums[warp];
  __syncthreads();
  return sum;
}

struct Lanes {
  unsigned lanes;

  __device__ __forceinline__ unsigned size() const { return lanes; }
  __device__ __forceinline__ unsigned rank() const { return threadIdx.x % lanes; }
  /// Its number in the grid.
  __device__ __forceinline__ unsigned index() const {
    return blockIdx.x * (blockDim.x / lanes) + threadIdx.x / lanes;
  }
  template <class T>
  __device__ __forceinline__ T sum(T v) const {
    return lanes_sum(v, lanes);
  }
  /// Replaces the values by those of the team's first thread.
  template <class T, int N>
  __device__ __forceinline__ void take_from_first(T (&values)[N]) const {
#pragma unroll
    for (T& v : values) v = __shfl_sync(all_lanes, v, 0, static_cast<int>(lanes));
  }
};

/// Number of blocks of block_threads threads for so many teams of 2ᵏ lanes.
inline unsigned blocks_for_teams(unsigned teams, unsigned lanes) {
  return static_cast<unsigned>(divide_up(teams, block_threads / lanes));
}

struct Block {
  __device__ __forceinline__ unsigned size() const { return blockDim.x; }
  __device__ __forceinline__ unsigned rank() const { return threadIdx.x; }
  __device__ __forceinline__ unsigned index() const { return blockIdx.x; }
  template <class T>
  __device__ __forceinline__ T sum(T v) const {
    return block_sum(v);
  }
  template <class T, int N>
  __device__ __forceinline__ void take_from_first(T (&values)[N]) const {
    NORMA_SHARED(T[N], first);
    if (threadIdx.x == 0)
      for (int i = 0; i < N; ++i) first[i] = values[i];
    __syncthreads();
    for (int i = 0; i < N; ++i) values[i] = first[i];
    __syncthreads();  // before the next call writes
  }
};

}  // namespace norma::NORMA_EXECUTOR
