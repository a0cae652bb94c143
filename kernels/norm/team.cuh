// Teams: the threads that share one set (or one run of it), and their sums.
//
//   Lanes   2ᵏ neighbouring lanes of a warp, 1 … 32        lanes = 8:  ┃0 … 7┃8 … 15┃16 … 23┃24 … 31┃
//   Block   all threads of a block                                     four teams, four short runs a warp
//
// Sums are trees of a fixed shape: the same bits at every run, and the same in every thread of the team.
//
// REQUIRES  sum: Lanes: every lane of the warp calls it, those without elements too, with zeros.
//                Block: every thread of the block calls it; blockDim.x is a multiple of 32, at most 1024.
//           Both are safe to call twice in a row.
#pragma once

#include "kernels/cuda/cuda.h"

namespace norma::NORMA_EXECUTOR {

/// The sum over each 2ᵏ neighbouring lanes, in all of them.
template <class T>
__device__ __forceinline__ T lanes_sum(T v, unsigned lanes) {
  for (unsigned offset = lanes / 2; offset > 0; offset /= 2)
    v += __shfl_xor_sync(0xffffffffu, v, static_cast<int>(offset));
  return v;
}

/// The sum over the block, in every thread. Two barriers: after the first all warps' sums are there; after
/// the second all have been read, and the next call may overwrite them.
template <class T>
__device__ __forceinline__ T block_sum(T v) {
  NORMA_SHARED(T[32], warp_sums);
  v = lanes_sum(v, 32);
  if (threadIdx.x % 32 == 0) warp_sums[threadIdx.x / 32] = v;
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
};

struct Block {
  __device__ __forceinline__ unsigned size() const { return blockDim.x; }
  __device__ __forceinline__ unsigned rank() const { return threadIdx.x; }
  __device__ __forceinline__ unsigned index() const { return blockIdx.x; }
  template <class T>
  __device__ __forceinline__ T sum(T v) const {
    return block_sum(v);
  }
};

}  // namespace norma::NORMA_EXECUTOR
