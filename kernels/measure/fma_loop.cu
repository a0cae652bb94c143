// The multiply-add ceiling of a GPU.
//
// MATH     v = v·a + b in fma_chains independent chains
// MAPPING  one thread per lane
// MEMORY   4 bytes per thread, at the end
// NUMERICS a chain from k/16 comes within rounding of 1
// COST     other costs are compared with this one: 2·fma_chains operations per round and thread
#include "kernels/measure/fma_loop.h"

#include "kernels/cuda/grid.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) fma_kernel(FmaLoop<T> args) {
  T v[fma_chains];
#pragma unroll
  for (int k = 0; k < fma_chains; ++k) v[k] = static_cast<T>(k) / 16;
  for (long long round = 0; round < args.rounds; ++round) {
#pragma unroll
    for (int k = 0; k < fma_chains; ++k) v[k] = v[k] * FmaLoop<T>::a + FmaLoop<T>::b;
  }
  T sum = 0;
#pragma unroll
  for (int k = 0; k < fma_chains; ++k) sum += v[k];
  args.out[thread_in_grid()] = sum;
}

}  // namespace

template <class T>
void fma_loop(const FmaLoop<T>& a) {
  launch(fma_kernel<T>, {.grid = static_cast<unsigned>(a.lanes / block_threads), .block = block_threads}, a);
}

NORMA_INSTANTIATE(fma_loop, FmaLoop)

}  // namespace norma::NORMA_EXECUTOR
