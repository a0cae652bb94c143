// Batch norm in CUDA. A set is a plane of every image, far apart in memory; teams of lanes work on planes
// (runs), and sums of planes become sums of channels:
//
//   training    x ─run_moments─▶ moments of planes ─sum_images─▶ mean, rstd, running_… ──┐
//   evaluation  running_mean, running_var ─constant_statistics──▶ mean, rstd ────────────┴─run_normalize─▶ y
//
//   backward    dy, x ─run_backward_sums─▶ Σ dz, Σ dz·x̂ of planes ─sum_images─▶ dbias, dweight ─run_dx─▶ dx
//
// The planes' sums are a matrix with one column per channel and one row per image (and piece): N·C·24 bytes
// forward, which for small planes is as much traffic as x itself.
#include "kernels/norm/batch_norm.h"

#include "kernels/cuda/ranks.cuh"
#include "kernels/norm/runs.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

/// From a channel's moments to all that is kept of them.
template <class T>
struct FinishBatch {
  double eps, momentum;
  stat_t* mean;
  stat_t* rstd;
  T* running_mean;
  T* running_var;

  __device__ __forceinline__ void operator()(unsigned, unsigned c, const Moments& sum) const {
    mean[c] = sum.mean;
    rstd[c] = sum.rstd(eps);
    if (running_mean == nullptr) return;
    const stat_t unbiased = sum.squares / (sum.count - 1);
    running_mean[c] = static_cast<T>((1 - momentum) * running_mean[c] + momentum * sum.mean);
    running_var[c] = static_cast<T>((1 - momentum) * running_var[c] + momentum * unbiased);
  }
};

/// From a channel's sums to its gradients, and to what run_dx needs: there g is dz·weight.
template <class T>
struct FinishBatchBackward {
  FinishAffine<T> gradients;
  const T* weight;
  Sums<stat_t>* means;
  stat_t m;

  __device__ __forceinline__ void operator()(unsigned, unsigned c, const GradientSums<T>& sum) const {
    gradients(0, c, sum);
    const stat_t factor = weight != nullptr ? stat_t{weight[c]} : 1.0;
    means[c] = Sums<stat_t>{factor * sum.exact.g, factor * sum.exact.g_xhat}.over(m);
  }
};

/// The gradients of this process's images, and its sums: dx needs those of all ranks.
template <class T>
struct FinishShare {
  FinishAffine<T> gradients;
  Sums<stat_t>* sums;

  __device__ __forceinline__ void operator()(unsigned, unsigned c, const GradientSums<T>& sum) const {
    gradients(0, c, sum);
    sums[c] = sum.exact;
  }
};

// constant_statistics: running statistics in place of the batch's.
//
// MATH     mean = running_mean, rstd = 1/√(running_var + ε)
// MAPPING  one thread per channel
// MEMORY   reads 2 and writes 2 values per channel
// NUMERICS double
template <class T>
__global__ void __launch_bounds__(128)
    constant_statistics(unsigned channels, double eps, const T* running_mean, const T* running_var,
                        stat_t* mean, stat_t* rstd) {
  const unsigned c = blockIdx.x * blockDim.x + threadIdx.x;
  if (c >= channels) return;
  mean[c] = running_mean[c];
  rstd[c] = 1 / sqrt(running_var[c] + eps);
}

/// From the moments of planes to what is kept of the channels.
template <class T>
void finish_statistics(const BatchNormForward<T>& a, const LoadPlanes<Moments>& planes) {
  const unsigned c = planes.columns;
  FinishBatch<T> finish{a.eps, a.momentum, a.mean, a.rstd, a.running_mean, a.running_var};
  if (a.shard.ranks == nullptr) return merge_planes<Moments>(planes, finish);
  const DeviceScratch<Moments> own(c);
  merge_planes<Moments>(planes, FinishSum<Moments>{own.data(), c});
  const OfAllRanks<Moments> all(*a.shard.ranks, own.data(), c);
  if (a.shard.shares_statistics()) return merge_ranks<Moments>(all, finish);
  if (a.running_mean != nullptr)  // as ghost batches do: one rank after the other
    for (unsigned rank = 0; rank < all.processes(); ++rank)
      merge_columns(1, c, LoadPartial<Moments>{all.data() + std::size_t{rank} * c, c}, finish);
  finish.running_mean = nullptr;
  merge_columns(1, c, LoadPartial<Moments>{own.data(), c}, finish);
}

/// From the sums of planes to the gradients of the parameters, and to the means that dx needs.
template <class T>
void finish_sums(const BatchNormBackward<T>& a, const LoadPlanes<Sums<stat_t>>& planes, Sums<stat_t>* means) {
  FinishBatchBackward<T> finish{{a.dweight, a.dbias}, a.weight, means, static_cast<stat_t>(a.n * a.hw)};
  if (!a.batch_statistics || !a.shard.shares_statistics())
    return merge_planes<GradientSums<T>>(planes, finish);
  const unsigned c = planes.columns;
  const DeviceScratch<Sums<stat_t>> own(c);
  merge_planes<GradientSums<T>>(planes, FinishShare<T>{finish.gradients, own.data()});
  const OfAllRanks<Sums<stat_t>> all(*a.shard.ranks, own.data(), c);
  finish.gradients = {nullptr, nullptr};
  finish.m = static_cast<stat_t>(a.shard.total * a.hw);
  merge_ranks<GradientSums<T>>(all, finish);
}

}  // namespace

template <class T>
void batch_norm_forward(const BatchNormForward<T>& a) {
  const norm::BatchLayout layout{norm::kernel_count(a.c)};
  with_width<T>(access_width<T>(a.hw, a.x, a.y), [&](auto w) {
    constexpr int Width = w();
    const Pieces pieces = cut_runs<T>(a.n * a.c, a.hw, Width);
    if (pieces.teams() == 0) return;
    if (a.batch_statistics) {
      const DeviceScratch<Moments> partial(pieces.teams());
      launch(run_moments<T, Width>, pieces.config(), a.x, pieces, partial.data());
      finish_statistics(a, LoadPlanes(partial.data(), pieces, layout.c));
    } else {
      launch(constant_statistics<T>, {.grid = (layout.c + 127) / 128, .block = 128}, layout.c, a.eps,
             a.running_mean, a.running_var, a.mean, a.rstd);
    }
    with_epilogue_of_planes<T>(a.after, [&](auto after) {
      launch(run_normalize<T, Width, norm::BatchLayout, decltype(after)>, pieces.config(),
             Forward<T>{a.x, a.weight, a.bias, a.y, a.mean, a.rstd, a.eps}, layout, pieces, after);
    });
  });
}

template <class T>
void batch_norm_backward(const BatchNormBackward<T>& a) {
  const norm::BatchLayout layout{norm::kernel_count(a.c)};
  with_width<T>(access_width<T>(a.hw, a.dy, a.x, a.dx), [&](auto w) {
    constexpr int Width = w();
    const Pieces pieces = cut_runs<T>(a.n * a.c, a.hw, Width);
    if (pieces.teams() == 0) return;
    const Backward<T> b{a.dy, a.x, a.weight, a.bias, a.mean, a.rstd, a.dx};
    with_epilogue_of_planes<T>(a.after, [&](auto after) {
      using After = decltype(after);
      const DeviceScratch<Sums<stat_t>> partial(pieces.teams()), means(a.c);
      if (a.batch_statistics || a.dweight != nullptr || a.dbias != nullptr) {
        launch(run_backward_sums<T, Width, norm::BatchLayout, After>, pieces.config(), b, layout, pieces,
               after, partial.data());
        finish_sums(a, LoadPlanes(partial.data(), pieces, layout.c), means.data());
      }
      if (a.dx == nullptr) return;
      launch(run_dx<T, Width, norm::BatchLayout, After>, pieces.config(), b, layout, pieces, after,
             a.batch_statistics ? means.data() : nullptr);
    });
  });
}

NORMA_INSTANTIATE(batch_norm_forward, BatchNormForward)
NORMA_INSTANTIATE(batch_norm_backward, BatchNormBackward)

}  // namespace norma::NORMA_EXECUTOR
