// forward_x_in_registers: memory is the bottleneck, so x crosses the bus once.
//
// MATH     as the steps before
// MAPPING  one block of 256 threads per set, thread t takes elements t, t + 256, …, and keeps the first 128
//          bytes of them
//
//          x   │ 0 … 255 │ 256 … 511 │ … │ 7936 … 8191 │ 8192 … M−1
//              └───── held: 32 floats per thread ────────┘ └ read again in every pass
//
// MEMORY   x read once, y written: 8 bytes per element, where a set has at most 32 KiB; 16 for what is beyond
// NUMERICS two passes, over the registers, in double, a tree of fixed shape
// REQUIRES every thread reaches every barrier: 2 per sum
#include "kernels/cuda/team.cuh"
#include "kernels/norm/steps/set.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) forward_registers(GroupNormForward<T> a, steps::Sizes s) {
  constexpr unsigned held = norm::held_bytes / sizeof(T);
  const unsigned set = blockIdx.x, m = s.m();
  const T* const x = a.x + s.begin(set);
  T* const y = a.y + s.begin(set);

  T mine[held];
  // Calls f(x[i], i) for every element of this thread. Unrolled, so that `mine` is registers.
  const auto each = [&](auto f) {
#pragma unroll
    for (unsigned k = 0; k < held; ++k)
      if (const unsigned i = k * block_threads + threadIdx.x; i < m) f(mine[k], i);
    for (unsigned i = held * block_threads + threadIdx.x; i < m; i += block_threads) f(x[i], i);
  };
#pragma unroll
  for (unsigned k = 0; k < held; ++k)
    if (const unsigned i = k * block_threads + threadIdx.x; i < m) mine[k] = x[i];

  double sum = 0;
  each([&](T v, unsigned) { sum += v; });
  const double mean = block_sum(sum) / m;

  double squares = 0;
  each([&](T v, unsigned) { squares += (v - mean) * (v - mean); });
  const double rstd = 1 / sqrt(block_sum(squares) / m + a.eps);
  if (threadIdx.x == 0) a.mean[set] = mean, a.rstd[set] = rstd;

  each([&](T v, unsigned i) {
    const unsigned c = s.channel(set, i);
    y[i] = static_cast<T>((v - mean) * rstd) * steps::parameter(a.weight, c, T{1}) +
           steps::parameter(a.bias, c, T{0});
  });
}

}  // namespace

template <class T>
void forward_x_in_registers(const GroupNormForward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  launch(forward_registers<T>, {.grid = s.sets(), .block = block_threads}, a, s);
}

NORMA_INSTANTIATE(forward_x_in_registers, GroupNormForward)

}  // namespace norma::NORMA_EXECUTOR
