// backward_plane_sums: what two kernels add up is added up once.
//
// MATH     Σ dy and Σ dy·x̂ of each plane (n, c) are enough for both: Σg and Σ g·x̂ of a set are its planes'
//          sums times weight[c]; dbias and dweight are the sums of all images' planes c
// MAPPING  plane_sums     one block of 256 threads per plane
//          dx_of_set      one block of 256 threads per set
//          sum_images     one thread per channel, image by image: neighbours read neighbours
//
//          dy, x ─plane_sums─▶ 2 sums per plane ─┬─dx_of_set──▶ dx
//                                              └─sum_images─▶ dbias, dweight
//
// MEMORY   dy and x read twice, dx written: 20 bytes per element, not 28; 16 bytes per plane more
// NUMERICS in double, trees of fixed shape; no atomics
// REQUIRES every thread reaches every barrier: 2 per sum
#include "kernels/cuda/scratch.h"
#include "kernels/cuda/team.cuh"
#include "kernels/norm/steps/set.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads)
    plane_sums(GroupNormBackward<T> a, steps::Sizes s, double* sums) {
  const unsigned plane = blockIdx.x, n = plane / s.c, c = plane % s.c, set = s.set(n, c);
  const T *const dy = a.dy + s.plane(n, c), *const x = a.x + s.plane(n, c);
  const double mean = a.mean[set], rstd = a.rstd[set];
  double sum = 0, sum_xhat = 0;
  for (unsigned i = threadIdx.x; i < s.hw; i += block_threads) {
    sum += dy[i];
    sum_xhat += dy[i] * ((x[i] - mean) * rstd);
  }
  sum = block_sum(sum), sum_xhat = block_sum(sum_xhat);
  if (threadIdx.x == 0) sums[2 * plane] = sum, sums[2 * plane + 1] = sum_xhat;
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    dx_of_set(GroupNormBackward<T> a, steps::Sizes s, const double* sums) {
  const unsigned set = blockIdx.x, m = s.m();
  const T *const dy = a.dy + s.begin(set), *const x = a.x + s.begin(set);
  T* const dx = a.dx + s.begin(set);
  const double mean = a.mean[set], rstd = a.rstd[set];

  double sum_g = 0, sum_g_xhat = 0;
  for (unsigned k = threadIdx.x; k < s.channels(); k += block_threads) {
    const unsigned plane = set * s.channels() + k;
    const double weight = steps::parameter(a.weight, plane % s.c, T{1});
    sum_g += weight * sums[2 * plane];
    sum_g_xhat += weight * sums[2 * plane + 1];
  }
  sum_g = block_sum(sum_g), sum_g_xhat = block_sum(sum_g_xhat);

  for (unsigned i = threadIdx.x; i < m; i += block_threads) {
    const double g = dy[i] * steps::parameter(a.weight, s.channel(set, i), T{1});
    dx[i] = static_cast<T>(rstd * (g - (sum_g + (x[i] - mean) * rstd * sum_g_xhat) / m));
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    sum_images(GroupNormBackward<T> a, steps::Sizes s, const double* sums) {
  const unsigned c = blockIdx.x * block_threads + threadIdx.x;
  if (c >= s.c) return;
  double dbias = 0, dweight = 0;
  for (unsigned n = 0; n < s.n; ++n) {
    const unsigned plane = n * s.c + c;
    dbias += sums[2 * plane];
    dweight += sums[2 * plane + 1];
  }
  if (a.dweight != nullptr) a.dweight[c] = static_cast<T>(dweight);
  if (a.dbias != nullptr) a.dbias[c] = static_cast<T>(dbias);
}

}  // namespace

template <class T>
void backward_plane_sums(const GroupNormBackward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  const DeviceScratch<double> sums(2ll * s.n * s.c);
  launch(plane_sums<T>, {.grid = s.n * s.c, .block = block_threads}, a, s, sums.data());
  if (a.dx != nullptr) launch(dx_of_set<T>, {.grid = s.sets(), .block = block_threads}, a, s, sums.data());
  if (a.dweight != nullptr || a.dbias != nullptr)
    launch(sum_images<T>, {.grid = (s.c + block_threads - 1) / block_threads, .block = block_threads}, a, s,
           sums.data());
}

NORMA_INSTANTIATE(backward_plane_sums, GroupNormBackward)

}  // namespace norma::NORMA_EXECUTOR
