// The sum over a whole array, in an order that its size alone decides.
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
// MEMORY   what term reads, and 8 bytes per block
// NUMERICS in double; the order depends on count alone, no atomics: the same bits on any GPU
// COST     2 barriers and 5 shuffles per thread and launch
#pragma once

#include "kernels/cuda/scratch.h"
#include "kernels/cuda/team.cuh"

namespace norma::NORMA_EXECUTOR {

template <class Term, class Finish>
__global__ void __launch_bounds__(block_threads) sum_terms(long long count, Term term, Finish finish) {
  stat_t sum = 0;
  for (long long i = thread_in_grid(); i < count; i += threads_in_grid()) sum += term(i);
  sum = block_sum(sum);
  if (threadIdx.x == 0) finish(sum);
}

struct StoreBlockSum {
  stat_t* partial;
  __device__ void operator()(stat_t sum) const { partial[blockIdx.x] = sum; }
};
struct BlockSum {
  const stat_t* partial;
  __device__ stat_t operator()(long long i) const { return partial[i]; }
};

template <class Term, class Finish>
void sum_all(long long count, Term term, Finish finish) {
  const long long blocks = std::clamp(divide_up(count, 8 * block_threads), 1ll, 256ll);
  if (blocks == 1) return launch(&sum_terms<Term, Finish>, {.block = block_threads}, count, term, finish);
  const DeviceScratch<stat_t> partial(blocks);
  launch(&sum_terms<Term, StoreBlockSum>, {.grid = static_cast<unsigned>(blocks), .block = block_threads},
         count, term, StoreBlockSum{partial.data()});
  launch(&sum_terms<BlockSum, Finish>, {.block = block_threads}, blocks, BlockSum{partial.data()}, finish);
}

}  // namespace norma::NORMA_EXECUTOR
