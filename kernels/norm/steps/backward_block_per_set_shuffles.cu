// backward_block_per_set_shuffles: lanes of a warp exchange registers; only warps meet in shared memory.
//
// MATH     as the steps before
// MAPPING  one block of 256 threads per set for dx, one block per channel for dweight and dbias; a sum is 5
//          shuffles within each warp, then the 8 sums of warps
// MEMORY   still 28 bytes per element. 256 bytes of shared memory, of which 64 are used
// NUMERICS in double, a tree of fixed shape; no atomics
// REQUIRES every thread reaches every barrier: 2 per sum, not 10 (team.cuh)
#include "kernels/cuda/team.cuh"
#include "kernels/norm/steps/set.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) dx_shuffles(GroupNormBackward<T> a, steps::Sizes s) {
  const unsigned set = blockIdx.x, m = s.m();
  const T *const dy = a.dy + s.begin(set), *const x = a.x + s.begin(set);
  T* const dx = a.dx + s.begin(set);
  const double mean = a.mean[set], rstd = a.rstd[set];

  double sum_g = 0, sum_g_xhat = 0;
  for (unsigned i = threadIdx.x; i < m; i += block_threads) {
    const double g = dy[i] * steps::parameter(a.weight, s.channel(set, i), T{1});
    sum_g += g;
    sum_g_xhat += g * ((x[i] - mean) * rstd);
  }
  sum_g = block_sum(sum_g), sum_g_xhat = block_sum(sum_g_xhat);

  for (unsigned i = threadIdx.x; i < m; i += block_threads) {
    const double g = dy[i] * steps::parameter(a.weight, s.channel(set, i), T{1});
    dx[i] = static_cast<T>(rstd * (g - (sum_g + (x[i] - mean) * rstd * sum_g_xhat) / m));
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads) dweight_shuffles(GroupNormBackward<T> a, steps::Sizes s) {
  const unsigned c = blockIdx.x;
  double sum = 0, sum_xhat = 0;
  for (unsigned n = 0; n < s.n; ++n) {
    const unsigned set = s.set(n, c);
    const double mean = a.mean[set], rstd = a.rstd[set];
    const T *const dy = a.dy + s.plane(n, c), *const x = a.x + s.plane(n, c);
    for (unsigned i = threadIdx.x; i < s.hw; i += block_threads) {
      sum += dy[i];
      sum_xhat += dy[i] * ((x[i] - mean) * rstd);
    }
  }
  sum = block_sum(sum), sum_xhat = block_sum(sum_xhat);
  if (threadIdx.x != 0) return;
  if (a.dweight != nullptr) a.dweight[c] = static_cast<T>(sum_xhat);
  if (a.dbias != nullptr) a.dbias[c] = static_cast<T>(sum);
}

}  // namespace

template <class T>
void backward_block_per_set_shuffles(const GroupNormBackward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  if (a.dx != nullptr) launch(dx_shuffles<T>, {.grid = s.sets(), .block = block_threads}, a, s);
  if (a.dweight != nullptr || a.dbias != nullptr)
    launch(dweight_shuffles<T>, {.grid = s.c, .block = block_threads}, a, s);
}

NORMA_INSTANTIATE(backward_block_per_set_shuffles, GroupNormBackward)

}  // namespace norma::NORMA_EXECUTOR
