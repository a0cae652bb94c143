// Negative log-likelihood on a GPU. Forward is a sum over rows (kernels/cuda/images.cuh).
//
// MATH     loss = −1/rows·Σ ((1 − ε)·x[target] + ε/K·Σ x); dx = −dloss/rows·((1 − ε)·[class = target] + ε/K)
// MAPPING  forward: one thread per leaf of the rows. backward: one warp per row, lanes along the classes
// MEMORY   forward reads one number per row, or all where ε ≠ 0; backward writes dx; dloss stays on the GPU
// NUMERICS in double, as the reference; the same bits on any GPU
#include "kernels/loss/nll_loss.h"

#include "kernels/cuda/images.cuh"
#include "kernels/cuda/ranks.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

struct LossSum {
  stat_t sum;
  __device__ void merge(const LossSum& other) { sum += other.sum; }
};

template <class T>
struct LoadRow {
  NllLossForward<T> a;
  __device__ LossSum operator()(unsigned row, unsigned) const {
    const T* const x = a.x + static_cast<long long>(row) * a.classes;
    const long long target = a.target[row];
    if (target < 0 || target >= a.classes) return {NAN};  // a kernel cannot throw
    stat_t all = 0;
    if (a.label_smoothing != 0)
      for (long long i = 0; i < a.classes; ++i) all += x[i];
    return {(1 - a.label_smoothing) * x[target] + a.label_smoothing / static_cast<double>(a.classes) * all};
  }
};

template <class T>
struct StoreLoss {
  T* loss;
  double rows;  ///< of all ranks
  __device__ void operator()(unsigned, unsigned, const LossSum& all) const {
    *loss = static_cast<T>(-all.sum / rows);
  }
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
  const Leaves leaves = leaves_of(static_cast<unsigned>(a.rows));
  if (a.shard.ranks == nullptr) return merge_images<LossSum>(leaves, 1, 1, LoadRow<T>{a}, store);
  const DeviceScratch<LossSum> own(1);
  merge_images<LossSum>(leaves, 1, 1, LoadRow<T>{a}, FinishSum<LossSum>{own.data(), 1});
  merge_ranks<LossSum>(OfAllRanks<LossSum>(*a.shard.ranks, own.data(), 1), store);
}

template <class T>
void nll_loss_backward(const NllLossBackward<T>& a) {
  launch(nll_loss_backward_warp_per_row<T>, {.grid = blocks_for_warps(a.rows), .block = block_threads}, a,
         static_cast<double>(a.shard.all(a.rows)));
}

NORMA_INSTANTIATE(nll_loss_forward, NllLossForward)
NORMA_INSTANTIATE(nll_loss_backward, NllLossBackward)

}  // namespace norma::NORMA_EXECUTOR
