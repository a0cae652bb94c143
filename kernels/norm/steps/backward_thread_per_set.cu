// backward_thread_per_set: the definition, as two kernels.
//
// MATH     g = dy·weight, x̂ = (x − mean)·rstd; dx = rstd·(g − (Σg + x̂·Σ g·x̂)/M), sums over the set;
//          dweight = Σ dy·x̂, dbias = Σ dy, sums over a channel's planes
// MAPPING  one thread per set for dx; one thread per channel for dweight and dbias, plane by plane
// MEMORY   dy and x read twice for dx, once more for dweight, dx written: 28 bytes per element (float). Each
//          lane is in a sector of its own: 32 sectors per request where 4 would do
// NUMERICS in double, in order
// COST     Threads are few: C of them for dweight
#include "kernels/norm/steps/set.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) dx_thread(GroupNormBackward<T> a, steps::Sizes s) {
  const unsigned set = blockIdx.x * block_threads + threadIdx.x, m = s.m();
  if (set >= s.sets()) return;
  const T *const dy = a.dy + s.begin(set), *const x = a.x + s.begin(set);
  T* const dx = a.dx + s.begin(set);
  const double mean = a.mean[set], rstd = a.rstd[set];

  double sum_g = 0, sum_g_xhat = 0;
  for (unsigned i = 0; i < m; ++i) {
    const double g = dy[i] * steps::parameter(a.weight, s.channel(set, i), T{1});
    sum_g += g;
    sum_g_xhat += g * ((x[i] - mean) * rstd);
  }
  for (unsigned i = 0; i < m; ++i) {
    const double g = dy[i] * steps::parameter(a.weight, s.channel(set, i), T{1});
    dx[i] = static_cast<T>(rstd * (g - (sum_g + (x[i] - mean) * rstd * sum_g_xhat) / m));
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads) dweight_thread(GroupNormBackward<T> a, steps::Sizes s) {
  const unsigned c = blockIdx.x * block_threads + threadIdx.x;
  if (c >= s.c) return;
  double sum = 0, sum_xhat = 0;
  for (unsigned n = 0; n < s.n; ++n) {
    const unsigned set = s.set(n, c);
    const double mean = a.mean[set], rstd = a.rstd[set];
    const T *const dy = a.dy + s.plane(n, c), *const x = a.x + s.plane(n, c);
    for (unsigned i = 0; i < s.hw; ++i) {
      sum += dy[i];
      sum_xhat += dy[i] * ((x[i] - mean) * rstd);
    }
  }
  if (a.dweight != nullptr) a.dweight[c] = static_cast<T>(sum_xhat);
  if (a.dbias != nullptr) a.dbias[c] = static_cast<T>(sum);
}

}  // namespace

template <class T>
void backward_thread_per_set(const GroupNormBackward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  if (a.dx != nullptr)
    launch(dx_thread<T>, {.grid = (s.sets() + block_threads - 1) / block_threads, .block = block_threads}, a,
           s);
  if (a.dweight != nullptr || a.dbias != nullptr)
    launch(dweight_thread<T>, {.grid = (s.c + block_threads - 1) / block_threads, .block = block_threads}, a,
           s);
}

NORMA_INSTANTIATE(backward_thread_per_set, GroupNormBackward)

}  // namespace norma::NORMA_EXECUTOR
