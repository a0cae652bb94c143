// forward_thread_per_set: the definition, as a kernel. The usual first version.
//
// MATH     mean = Σx/M, rstd = 1/√(Σ(x − mean)²/M + ε), y = (x − mean)·rstd·weight + bias, over each set
// MAPPING  one thread per set, which it walks from end to end
//
//          x       │ set 0: 0 1 2 … M−1 │ set 1: 0 1 2 … M−1 │ …
//          lane       0 ─▶                 1 ─▶                       at each moment M elements apart
//
// MEMORY   x read 3 times, y written: 16 bytes per element (float). Each lane is in a sector (32 bytes) of
//          its own, so that a request of a warp moves 32 sectors where 4 would do
// NUMERICS two passes, in double, in order
// COST     Threads are few: 128 images of 4 groups make 512, four blocks for a whole GPU
#include "kernels/norm/steps/set.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) forward_thread(GroupNormForward<T> a, steps::Sizes s) {
  const unsigned set = blockIdx.x * block_threads + threadIdx.x, m = s.m();
  if (set >= s.sets()) return;
  const T* const x = a.x + s.begin(set);
  T* const y = a.y + s.begin(set);

  double sum = 0;
  for (unsigned i = 0; i < m; ++i) sum += x[i];
  const double mean = sum / m;

  double squares = 0;
  for (unsigned i = 0; i < m; ++i) squares += (x[i] - mean) * (x[i] - mean);
  const double rstd = 1 / sqrt(squares / m + a.eps);
  a.mean[set] = mean, a.rstd[set] = rstd;

  for (unsigned i = 0; i < m; ++i) {
    const unsigned c = s.channel(set, i);
    y[i] = static_cast<T>((x[i] - mean) * rstd) * steps::parameter(a.weight, c, T{1}) +
           steps::parameter(a.bias, c, T{0});
  }
}

}  // namespace

template <class T>
void forward_thread_per_set(const GroupNormForward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  launch(forward_thread<T>, {.grid = (s.sets() + block_threads - 1) / block_threads, .block = block_threads},
         a, s);
}

NORMA_INSTANTIATE(forward_thread_per_set, GroupNormForward)

}  // namespace norma::NORMA_EXECUTOR
