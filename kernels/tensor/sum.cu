// Sums over parts of an array on a GPU.
//
// MATH     y[a, c] = Σ x[a, b, c, d] over b and d
// MAPPING  D > 1: one block per sum; threads along D, one row (b) after the other
//
//            x   │ row b = 0 of D elements │ … other c … │ row b = 1 │ …
//          thread   0 1 2 … 255 0 1 …                       0 1 2 …
//
//          D = 1: one thread per sum; neighbours have neighbouring c
// MEMORY   x read once, coalesced; y written once
// NUMERICS in double, in an order that the sizes alone decide: the same bits on any GPU
// COST     D > 1: 2 barriers and 5 shuffles per thread. A few long sums leave most of a GPU idle: it is
//          right, and not tuned
#include "kernels/tensor/sum.h"

#include "kernels/cuda/team.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) sum_rows(Sum<T> args) {
  const auto [a, b, c, d] = args.repeat;
  for (long long i = blockIdx.x; i < a * c; i += gridDim.x) {
    const T* const first = args.x + (i / c * b * c + i % c) * d;
    stat_t sum = 0;
    for (long long row = 0; row < b; ++row)
      for (long long k = threadIdx.x; k < d; k += blockDim.x) sum += first[row * c * d + k];
    sum = block_sum(sum);
    if (threadIdx.x == 0) args.y[i] = static_cast<T>(sum);
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads) sum_down(Sum<T> args) {
  const auto [a, b, c, d] = args.repeat;
  for (long long i = thread_in_grid(); i < a * c; i += threads_in_grid()) {
    stat_t sum = 0;
    for (long long row = 0; row < b; ++row) sum += args.x[(i / c * b + row) * c + i % c];
    args.y[i] = static_cast<T>(sum);
  }
}

}  // namespace

template <class T>
void sum(const Sum<T>& args) {
  const long long sums = args.repeat.small();
  if (sums == 0) return;
  if (args.repeat.d == 1)
    launch(sum_down<T>, {.grid = blocks_for(sums), .block = block_threads}, args);
  else
    launch(sum_rows<T>, {.grid = static_cast<unsigned>(std::min(sums, 65535ll)), .block = block_threads},
           args);
}

NORMA_INSTANTIATE(sum, Sum)

}  // namespace norma::NORMA_EXECUTOR
