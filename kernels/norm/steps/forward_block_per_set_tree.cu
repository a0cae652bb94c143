// forward_block_per_set_tree: many threads per set, so that neighbours read neighbours.
//
// MATH     as the step before
// MAPPING  one block of 256 threads per set, thread t takes elements t, t + 256, …
//
//          x       │ set 0: 0 1 2 … 255 │ 256 257 …  │ set 1: …
//          thread           0 1 2 … 255     0   1    │ block 1          at each moment side by side
//
// MEMORY   still 16 bytes per element; now 4 sectors per request. 2048 bytes of shared memory
// NUMERICS two passes, in double, a tree of fixed shape
// REQUIRES every thread reaches every barrier: 10 per sum, two sums
#include "kernels/norm/steps/set.cuh"
#include "kernels/norm/steps/tree_sum.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

// 4 blocks per multiprocessor: without this number ptxas limits itself to 32 registers and spills.
template <class T>
__global__ void __launch_bounds__(block_threads, 4) forward_tree(GroupNormForward<T> a, steps::Sizes s) {
  const unsigned set = blockIdx.x, m = s.m();
  const T* const x = a.x + s.begin(set);
  T* const y = a.y + s.begin(set);

  double sum = 0;
  for (unsigned i = threadIdx.x; i < m; i += block_threads) sum += x[i];
  const double mean = steps::tree_sum(sum) / m;

  double squares = 0;
  for (unsigned i = threadIdx.x; i < m; i += block_threads) squares += (x[i] - mean) * (x[i] - mean);
  const double rstd = 1 / sqrt(steps::tree_sum(squares) / m + a.eps);
  if (threadIdx.x == 0) a.mean[set] = mean, a.rstd[set] = rstd;

  for (unsigned i = threadIdx.x; i < m; i += block_threads) {
    const unsigned c = s.channel(set, i);
    y[i] = static_cast<T>((x[i] - mean) * rstd) * steps::parameter(a.weight, c, T{1}) +
           steps::parameter(a.bias, c, T{0});
  }
}

}  // namespace

template <class T>
void forward_block_per_set_tree(const GroupNormForward<T>& a) {
  const steps::Sizes s(a);
  if (s.empty()) return;
  launch(forward_tree<T>, {.grid = s.sets(), .block = block_threads}, a, s);
}

NORMA_INSTANTIATE(forward_block_per_set_tree, GroupNormForward)

}  // namespace norma::NORMA_EXECUTOR
