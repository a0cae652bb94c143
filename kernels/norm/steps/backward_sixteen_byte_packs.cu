// backward_sixteen_byte_packs: fewer, wider accesses.
//
// MATH     as the step before
// MAPPING  as the step before; thread t of a block takes packs t, t + 256, … of 16 bytes
//
//          dy, x   │ 0 1 2 3 │ 4 5 6 7 │ …           four floats per pack: a warp asks for 512 bytes at once
//          thread       0         1
//
// MEMORY   20 bytes per element, as the step before, with a quarter of the loads and stores; one division
//          (which channel?) per pack
// NUMERICS in double, trees of fixed shape; no atomics
// REQUIRES dy, x and dx on multiples of 16 bytes, planes of whole packs; else packs are of one element. Every
//          thread reaches every barrier: 2 per sum
#include "kernels/cuda/pack.cuh"
#include "kernels/cuda/scratch.h"
#include "kernels/cuda/team.cuh"
#include "kernels/norm/steps/set.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

// 4 blocks per multiprocessor: without this number ptxas limits itself to 32 registers and spills.
template <int W, class T>
__global__ void __launch_bounds__(block_threads, 4)
    plane_sums_packs(GroupNormBackward<T> a, steps::Sizes s, double* sums) {
  const unsigned plane = blockIdx.x, n = plane / s.c, c = plane % s.c, set = s.set(n, c);
  const T *const dy = a.dy + s.plane(n, c), *const x = a.x + s.plane(n, c);
  const double mean = a.mean[set], rstd = a.rstd[set];
  double sum = 0, sum_xhat = 0;
  for (unsigned i = threadIdx.x * W; i < s.hw; i += block_threads * W) {
    const auto dy_pack = load_pack<W>(dy + i), x_pack = load_pack<W>(x + i);
    for (int e = 0; e < W; ++e) {
      sum += dy_pack.at[e];
      sum_xhat += dy_pack.at[e] * ((x_pack.at[e] - mean) * rstd);
    }
  }
  sum = block_sum(sum), sum_xhat = block_sum(sum_xhat);
  if (threadIdx.x == 0) sums[2 * plane] = sum, sums[2 * plane + 1] = sum_xhat;
}

template <int W, class T>
__global__ void __launch_bounds__(block_threads)
    dx_of_set_packs(GroupNormBackward<T> a, steps::Sizes s, const double* sums) {
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

  for (unsigned i = threadIdx.x * W; i < m; i += block_threads * W) {
    const auto dy_pack = load_pack<W>(dy + i), x_pack = load_pack<W>(x + i);
    const T weight = steps::parameter(a.weight, s.channel(set, i), T{1});
    Pack<T, W> out;
    for (int e = 0; e < W; ++e) {
      const double g = dy_pack.at[e] * weight, xhat = (x_pack.at[e] - mean) * rstd;
      out.at[e] = static_cast<T>(rstd * (g - (sum_g + xhat * sum_g_xhat) / m));
    }
    store_pack(dx + i, out);
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    add_images(GroupNormBackward<T> a, steps::Sizes s, const double* sums) {
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

template <int W, class T>
void backward_in_packs(const GroupNormBackward<T>& a, const steps::Sizes& s) {
  const DeviceScratch<double> sums(2ll * s.n * s.c);
  launch(plane_sums_packs<W, T>, {.grid = s.n * s.c, .block = block_threads}, a, s, sums.data());
  if (a.dx != nullptr)
    launch(dx_of_set_packs<W, T>, {.grid = s.sets(), .block = block_threads}, a, s, sums.data());
  if (a.dweight != nullptr || a.dbias != nullptr)
    launch(add_images<T>, {.grid = (s.c + block_threads - 1) / block_threads, .block = block_threads}, a, s,
           sums.data());
}

}  // namespace

template <class T>
void backward_sixteen_byte_packs(const GroupNormBackward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  with_width<T>(access_width<T>(a.hw, a.dy, a.x, a.dx), [&](auto w) { backward_in_packs<w()>(a, s); });
}

NORMA_INSTANTIATE(backward_sixteen_byte_packs, GroupNormBackward)

}  // namespace norma::NORMA_EXECUTOR
