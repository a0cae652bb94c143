// Negative log-likelihood on a GPU. Forward is a sum over rows (sum_all in kernels/cuda/reduce.cuh).
//
// MATH     loss = −1/rows·Σ ((1 − ε)·x[target] + ε/K·Σ x); dx = −dloss/rows·((1 − ε)·[class = target] + ε/K)
// MAPPING  forward: one thread per row. backward: one warp per row, lanes along the classes
// MEMORY   forward reads one number per row, or all where ε ≠ 0; backward writes dx; dloss stays on the GPU
// NUMERICS in double, as the reference; the same bits on any GPU
#include "kernels/loss/nll_loss.h"

#include "kernels/cuda/ranks.cuh"
#include "kernels/cuda/reduce.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
struct RowTerm {
  NllLossForward<T> a;
  __device__ stat_t operator()(long long row) const {
    const T* const x = a.x + row * a.classes;
    const long long target = a.target[row];
    if (target < 0 || target >= a.classes) return NAN;  // a kernel cannot throw
    stat_t all = 0;
    if (a.label_smoothing != 0)
      for (long long i = 0; i < a.classes; ++i) all += x[i];
    return (1 - a.label_smoothing) * x[target] + a.label_smoothing / static_cast<double>(a.classes) * all;
  }
};

template <class T>
struct StoreLoss {
  T* loss;
  double rows;  ///< of all ranks
  __device__ void operator()(stat_t sum) const { *loss = static_cast<T>(-sum / rows); }
};

template <class T>
__global__ void __launch_bounds__(block_threads)
    nll_loss_backward_warp_per_row(NllLossBackward<T> a, double all_rows) {
  const double share = -static_cast<double>(*a.dloss) / all_rows;
  const double smoothed = share * a.label_smoothing / static_cast<double>(a.classes);
  const T other = static_cast<T>(smoothed), hit = static_cast<T>(smoothed + share * (1 - a.label_smoothing));
  for (long long row = warp_in_grid(); row < a.rows; row += warps_in_grid())
    for (long long i = lane_in_warp(); i < a.classes; i += 32)
      a.dx[row * a.classes + i] = i == a.target[row] ? hit : other;
}

}  // namespace

template <class T>
void nll_loss_forward(const NllLossForward<T>& a) {
  const StoreLoss<T> store{a.loss, static_cast<double>(a.shard.all(a.rows))};
  if (a.shard.ranks == nullptr) return sum_all(a.rows, RowTerm<T>{a}, store);
  const DeviceScratch<stat_t> own(1);
  sum_all(a.rows, RowTerm<T>{a}, StoreBlockSum{own.data()});
  const OfAllRanks<stat_t> all(*a.shard.ranks, own.data(), 1);
  sum_all(all.processes(), BlockSum{all.data()}, store);
}

template <class T>
void nll_loss_backward(const NllLossBackward<T>& a) {
  launch(nll_loss_backward_warp_per_row<T>, {.grid = blocks_for_warps(a.rows), .block = block_threads}, a,
         static_cast<double>(a.shard.all(a.rows)));
}

NORMA_INSTANTIATE(nll_loss_forward, NllLossForward)
NORMA_INSTANTIATE(nll_loss_backward, NllLossBackward)

}  // namespace norma::NORMA_EXECUTOR
