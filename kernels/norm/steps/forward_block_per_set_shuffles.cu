// forward_block_per_set_shuffles: lanes of a warp exchange registers; only warps meet in shared memory.
//
// MATH     as the steps before
// MAPPING  one block of 256 threads per set; a sum is 5 shuffles within each warp, then the 8 sums of warps
//
//          lane     0   1   2   3  …        v += the v of the lane 16, 8, 4, 2, 1 away: no memory, no barrier
//                   └───┼───┘   │
//                       └───────┘
//
// MEMORY   still 16 bytes per element. 256 bytes of shared memory, of which 64 are used
// NUMERICS two passes, in double, a tree of fixed shape
// REQUIRES every thread reaches every barrier: 2 per sum, not 10 (team.cuh)
#include "kernels/cuda/team.cuh"
#include "kernels/norm/steps/set.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) forward_shuffles(GroupNormForward<T> a, steps::Sizes s) {
  const unsigned set = blockIdx.x, m = s.m();
  const T* const x = a.x + s.begin(set);
  T* const y = a.y + s.begin(set);

  double sum = 0;
  for (unsigned i = threadIdx.x; i < m; i += block_threads) sum += x[i];
  const double mean = block_sum(sum) / m;

  double squares = 0;
  for (unsigned i = threadIdx.x; i < m; i += block_threads) squares += (x[i] - mean) * (x[i] - mean);
  const double rstd = 1 / sqrt(block_sum(squares) / m + a.eps);
  if (threadIdx.x == 0) a.mean[set] = mean, a.rstd[set] = rstd;

  for (unsigned i = threadIdx.x; i < m; i += block_threads) {
    const unsigned c = s.channel(set, i);
    y[i] = static_cast<T>((x[i] - mean) * rstd) * steps::parameter(a.weight, c, T{1}) +
           steps::parameter(a.bias, c, T{0});
  }
}

}  // namespace

template <class T>
void forward_block_per_set_shuffles(const GroupNormForward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  launch(forward_shuffles<T>, {.grid = s.sets(), .block = block_threads}, a, s);
}

NORMA_INSTANTIATE(forward_block_per_set_shuffles, GroupNormForward)

}  // namespace norma::NORMA_EXECUTOR
