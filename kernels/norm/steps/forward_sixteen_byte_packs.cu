// forward_sixteen_byte_packs: fewer, wider accesses.
//
// MATH     as the steps before
// MAPPING  one block of 256 threads per set; thread t takes packs t, t + 256, … of 16 bytes
//
//          x       │ 0 1 2 3 │ 4 5 6 7 │ …           four floats per pack: a warp asks for 512 bytes at once
//          thread       0         1
//
// MEMORY   8 bytes per element, as the step before, with a quarter of the loads and stores; one division
//          (which channel?) per pack
// NUMERICS two passes, over the registers, in double, a tree of fixed shape
// REQUIRES x and y on multiples of 16 bytes, planes of whole packs; else packs are of one element. Every
//          thread reaches every barrier: 2 per sum
#include "kernels/cuda/pack.cuh"
#include "kernels/cuda/team.cuh"
#include "kernels/norm/steps/set.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <int W, class T>
__global__ void __launch_bounds__(block_threads) forward_packs(GroupNormForward<T> a, steps::Sizes s) {
  constexpr unsigned held = norm::held_bytes / sizeof(T) / W;
  const unsigned set = blockIdx.x, m = s.m();
  const T* const x = a.x + s.begin(set);
  T* const y = a.y + s.begin(set);

  Pack<T, W> mine[held];
  // Calls f(pack, its first element) for every pack of this thread.
  const auto each = [&](auto f) {
#pragma unroll
    for (unsigned k = 0; k < held; ++k)
      if (const unsigned i = (k * block_threads + threadIdx.x) * W; i < m) f(mine[k], i);
    for (unsigned i = (held * block_threads + threadIdx.x) * W; i < m; i += block_threads * W)
      f(load_pack<W>(x + i), i);
  };
#pragma unroll
  for (unsigned k = 0; k < held; ++k)
    if (const unsigned i = (k * block_threads + threadIdx.x) * W; i < m) mine[k] = load_pack<W>(x + i);

  double sum = 0;
  each([&](const Pack<T, W>& p, unsigned) {
    for (const T v : p.at) sum += v;
  });
  const double mean = block_sum(sum) / m;

  double squares = 0;
  each([&](const Pack<T, W>& p, unsigned) {
    for (const T v : p.at) squares += (v - mean) * (v - mean);
  });
  const double rstd = 1 / sqrt(block_sum(squares) / m + a.eps);
  if (threadIdx.x == 0) a.mean[set] = mean, a.rstd[set] = rstd;

  each([&](const Pack<T, W>& p, unsigned i) {
    const unsigned c = s.channel(set, i);
    const T weight = steps::parameter(a.weight, c, T{1}), bias = steps::parameter(a.bias, c, T{0});
    Pack<T, W> out;
    for (int e = 0; e < W; ++e) out.at[e] = static_cast<T>((p.at[e] - mean) * rstd) * weight + bias;
    store_pack(y + i, out);
  });
}

}  // namespace

template <class T>
void forward_sixteen_byte_packs(const GroupNormForward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  with_width<T>(access_width<T>(a.hw, a.x, a.y), [&](auto w) {
    launch(forward_packs<w(), T>, {.grid = s.sets(), .block = block_threads}, a, s);
  });
}

NORMA_INSTANTIATE(forward_sixteen_byte_packs, GroupNormForward)

}  // namespace norma::NORMA_EXECUTOR
