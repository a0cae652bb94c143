// RMS norm in CUDA: the passes of group norm with one group (runs.cuh), about 0 instead of about the mean.
// Forward three launches, backward four:
//
//   x ─run_moments─▶ moments of pieces ─sum_columns─▶ rrms of images ─run_normalize─▶ y
//
//   dy, x ─run_backward_sums─▶ Σ dz·x̂ of planes ─┬─image_means─▶ Σ dz·weight·x̂/M of images ─run_dx─▶ dx
//                                                └─sum_images──▶ dweight
#include "kernels/norm/rms_norm.h"

#include "kernels/cuda/scratch.h"
#include "kernels/norm/runs.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

/// Column = image. The mean that the passes over runs subtract is 0.
struct FinishRootMeanSquare {
  stat_t* zero;
  stat_t* rrms;
  double eps;
  __device__ __forceinline__ void operator()(unsigned, unsigned image, const Moments& sum) const {
    zero[image] = 0;
    rrms[image] = Moments{sum.count, 0, sum.squares + sum.count * sum.mean * sum.mean}.rstd(eps);
  }
};

// The zeros once more, for backward.
//
// MEMORY   writes 8 bytes per image
__global__ void __launch_bounds__(block_threads) clear_means(unsigned images, stat_t* zero) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < images) zero[i] = 0;
}

// image_means: from planes to images.
//
// MATH     means[n] = Σ weight[c]·plane sums[n, c] / M of dz·x̂, over all channels; no Σ g, since no mean was
//          subtracted
// MAPPING  one team of 1 … 32 lanes per image, lane r takes channels r, r + lanes, …
// MEMORY   reads 8 of the 16 bytes of every plane's piece, and asks for the sectors of all 16
// NUMERICS double, fixed order
// REQUIRES every thread stays to the end
template <class T>
__global__ void __launch_bounds__(block_threads)
    image_means(const Sums<stat_t>* partial, const T* weight, unsigned c, Pieces pieces, unsigned lanes,
                stat_t m, Sums<stat_t>* means) {
  const Lanes team{lanes};
  const unsigned image = team.index(), first = image * c;
  const bool there = first < pieces.runs;
  stat_t sum = 0;
  for (unsigned k = team.rank(); there && k < c; k += lanes) {
    stat_t plane = 0;
    for (unsigned p = 0; p < pieces.pieces; ++p) plane += partial[p * pieces.runs + first + k].g_xhat;
    sum += (weight != nullptr ? stat_t{weight[k]} : 1.0) * plane;
  }
  sum = team.sum(sum);
  if (there && team.rank() == 0) means[image] = {0, sum / m};
}

}  // namespace

template <class T>
void rms_norm_forward(const RmsNormForward<T>& a) {
  const unsigned images = norm::kernel_count(a.n), c = norm::kernel_count(a.c);
  const DeviceScratch<stat_t> zero(images);
  with_width<T>(access_width<T>(a.hw, a.x, a.y), [&](auto w) {
    constexpr int Width = w();
    const Pieces whole = cut_runs<T>(a.n, a.c * a.hw, Width), planes = cut_runs<T>(a.n * a.c, a.hw, Width);
    if (planes.teams() == 0) return;
    const DeviceScratch<Moments> partial(whole.teams());
    launch(run_moments<T, Width>, whole.config(), a.x, whole, partial.data());
    merge_columns(whole.pieces, images, LoadPartial<Moments>{partial.data(), images},
                  FinishRootMeanSquare{zero.data(), a.rrms, a.eps});
    with_epilogue_of_planes<T>(a.after, [&](auto after) {
      launch(run_normalize<T, Width, norm::GroupLayout, decltype(after)>, planes.config(),
             Forward<T>{a.x, a.weight, nullptr, a.y, zero.data(), a.rrms, a.eps}, norm::GroupLayout{c, c},
             planes, after);
    });
  });
}

template <class T>
void rms_norm_backward(const RmsNormBackward<T>& a) {
  const unsigned images = norm::kernel_count(a.n), c = norm::kernel_count(a.c);
  const norm::GroupLayout layout{c, c};
  with_width<T>(access_width<T>(a.hw, a.dy, a.x, a.dx), [&](auto w) {
    constexpr int Width = w();
    const Pieces pieces = cut_runs<T>(a.n * a.c, a.hw, Width);
    if (pieces.teams() == 0) return;
    const DeviceScratch<stat_t> zero(images);
    launch(clear_means, {.grid = (images + block_threads - 1) / block_threads, .block = block_threads},
           images, zero.data());

    const Backward<T> b{a.dy, a.x, a.weight, nullptr, zero.data(), a.rrms, a.dx};
    with_epilogue_of_planes<T>(a.after, [&](auto after) {
      using After = decltype(after);
      const DeviceScratch<Sums<stat_t>> partial(pieces.teams());
      launch(run_backward_sums<T, Width, norm::GroupLayout, After>, pieces.config(), b, layout, pieces, after,
             partial.data());
      if (a.dweight != nullptr)
        merge_planes<GradientSums<T>>(LoadPlanes(partial.data(), pieces, c),
                                      FinishAffine<T>{a.dweight, nullptr});
      if (a.dx == nullptr) return;

      const unsigned lanes = norm::lanes_for(a.c);
      const DeviceScratch<Sums<stat_t>> means(images);
      launch(image_means<T>, {.grid = blocks_for_teams(images, lanes), .block = block_threads},
             partial.data(), a.weight, c, pieces, lanes, static_cast<stat_t>(a.c * a.hw), means.data());
      launch(run_dx<T, Width, norm::GroupLayout, After>, pieces.config(), b, layout, pieces, after,
             means.data());
    });
  });
}

NORMA_INSTANTIATE(rms_norm_forward, RmsNormForward)
NORMA_INSTANTIATE(rms_norm_backward, RmsNormBackward)

}  // namespace norma::NORMA_EXECUTOR
