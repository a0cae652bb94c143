// Sums over a warp, a block and a whole array, in an order that the problem alone decides.
#pragma once

#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/scratch.h"

namespace norma::NORMA_EXECUTOR {

/// The sum over the warp, the same bits in every lane. All 32 lanes must call it.
///
///   lane   0   1   2   3  …        at each step a lane adds what the lane 16, 8, 4, 2, 1 away holds:
///          └───┼───┘   │           a + b = b + a, so that both partners end with the same number
///              └───────┘
template <class T>
__device__ __forceinline__ T warp_sum(T v) {
#pragma unroll
  for (int away = 16; away > 0; away /= 2) v += __shfl_xor_sync(all_lanes, v, away);
  return v;
}

/// The largest over the warp. All 32 lanes must call it.
template <class T>
__device__ __forceinline__ T warp_max(T v) {
#pragma unroll
  for (int away = 16; away > 0; away /= 2) v = max(v, __shfl_xor_sync(all_lanes, v, away));
  return v;
}

/// The sum over a block of block_threads threads, in every thread: lanes by butterfly, then warps in order.
/// All threads must call it. Safe to call twice in a row: the second barrier keeps a warp from writing
/// `partial` again while another still reads it.
template <class T>
__device__ __forceinline__ T block_sum(T v) {
  NORMA_SHARED(T[block_warps], partial);
  v = warp_sum(v);
  if (lane_in_warp() == 0) partial[threadIdx.x / 32] = v;
  __syncthreads();
  T sum = 0;
#pragma unroll
  for (unsigned warp = 0; warp < block_warps; ++warp) sum += partial[warp];
  __syncthreads();
  return sum;
}

// ── Σ term(i) over an array ────────────────────────────────────────────────────────────────────────────────
//
//   sum_all(count, term, finish);      finish(Σ term(i)) is called once, by one thread
//
// MATH     Σ term(i), i in [0, count)
// MAPPING  at most 256 blocks, threads in strides of the grid; then one block over the blocks' sums
//
//            term    0 1 2 … │ 256 … │ …        block 0 ─┐
//            thread  0 1 2 … │   0 … │ …        block 1 ─┼─ partial ─▶ block 0 of a second launch ─▶ finish
//                    block 0   block 1          …       ─┘            (one launch where one block does)
//
// MEMORY   what term reads, and 8 bytes a block
// NUMERICS in double; the order depends on count alone, no atomics: the same bits on any GPU
// COST     not measured yet on a GPU
template <class Term, class Finish>
__global__ void __launch_bounds__(block_threads) sum_terms(long long count, Term term, Finish finish) {
  double sum = 0;
  for (long long i = thread_in_grid(); i < count; i += threads_in_grid()) sum += term(i);
  sum = block_sum(sum);
  if (threadIdx.x == 0) finish(sum);
}

struct StoreBlockSum {
  double* partial;
  __device__ void operator()(double sum) const { partial[blockIdx.x] = sum; }
};
struct BlockSum {
  const double* partial;
  __device__ double operator()(long long i) const { return partial[i]; }
};

template <class Term, class Finish>
void sum_all(long long count, Term term, Finish finish) {
  const long long blocks = std::clamp(divide_up(count, 8 * block_threads), 1ll, 256ll);
  if (blocks == 1) return launch(&sum_terms<Term, Finish>, {.block = block_threads}, count, term, finish);
  const DeviceScratch<double> partial(blocks);
  launch(&sum_terms<Term, StoreBlockSum>, {.grid = static_cast<unsigned>(blocks), .block = block_threads},
         count, term, StoreBlockSum{partial.data()});
  launch(&sum_terms<BlockSum, Finish>, {.block = block_threads}, blocks, BlockSum{partial.data()}, finish);
}

}  // namespace norma::NORMA_EXECUTOR
