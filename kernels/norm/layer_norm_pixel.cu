// Layer norm over the channels of each pixel, in CUDA. A set lies across memory, one value every H·W; a warp
// takes 32 neighbouring pixels, so that each of its accesses is one stretch, and 8 warps share the channels:
//
//               pixel 0 … 31          32 … 63          all N·H·W pixels, an image's after another's
//   channel 0   ├─ warp 0 ─┤          next block
//   channel 1   ├─ warp 1 ─┤
//       …            …                              thread (pixel, walker): channels walker, walker + 8, …
//   channel 8   ├─ warp 0 ─┤
//
// With H·W = 1 pixels are rows, side by side, and layer norm's kernels read them better.
// Backward: pixel_dx for dx; dweight and dbias as in group norm, with statistics that change from pixel to
// pixel.
#include "kernels/norm/layer_norm_pixel.h"

#include "kernels/cuda/scratch.h"
#include "kernels/norm/columns.cuh"
#include "kernels/norm/layer_norm.h"

namespace norma::NORMA_EXECUTOR {

inline constexpr unsigned channel_walkers = 8;

struct Pixels {
  unsigned c, hw, count;  ///< count = N·H·W

  /// Where channel 0 of a pixel is; channel k is k·hw further.
  __device__ __forceinline__ long long offset(unsigned pixel) const {
    return static_cast<long long>(pixel / hw) * c * hw + pixel % hw;
  }
  LaunchConfig config(std::source_location where = std::source_location::current()) const {
    return {.grid = (count + 31) / 32, .block = {32, channel_walkers}, .where = where};
  }
};

/// The sum over the block's walkers of each pixel, in all of them. Every thread of the block calls it; safe
/// to call twice in a row, for its second barrier lets nobody overwrite what others still read.
template <class T>
__device__ __forceinline__ T walkers_sum(T v) {
  NORMA_SHARED(T[channel_walkers][32], walker_sums);
  walker_sums[threadIdx.y][threadIdx.x] = v;
  __syncthreads();
  T sum = 0;
  for (unsigned walker = 0; walker < channel_walkers; ++walker) sum += walker_sums[walker][threadIdx.x];
  __syncthreads();
  return sum;
}

/// The walkers of a pixel as a team, for Held.
struct Walkers {
  __device__ __forceinline__ unsigned size() const { return channel_walkers; }
  __device__ __forceinline__ unsigned rank() const { return threadIdx.y; }
  template <class T>
  __device__ __forceinline__ T sum(T v) const {
    return walkers_sum(v);
  }
};

// pixel_normalize
//
// MATH     y = x̂·weight + bias, x̂ = (x − mean)·rstd, mean and rstd over the C channels of a pixel
// MAPPING  above
// MEMORY   x is read once where the channels fit on chip, 128 bytes a thread: C ≤ 256 in float, 128 in
//          double; else twice, in chunks of that many. y is written once
// NUMERICS corrected two-pass within a chunk, chunks merged in order
// REQUIRES block (32, 8); every thread reaches the barriers, those beyond the last pixel without elements
// COST     not measured yet on a GPU
template <class T>
__global__ void __launch_bounds__(32 * channel_walkers, 2)  // 2 a multiprocessor: registers for what is held
    pixel_normalize(Forward<T> a, Pixels pixels) {
  constexpr unsigned chunk = channel_walkers * norm::held_bytes / unsigned{sizeof(T)};
  const Walkers team;
  const unsigned pixel = blockIdx.x * 32 + threadIdx.x;
  const bool there = pixel < pixels.count;
  const long long offset = there ? pixels.offset(pixel) : 0;
  const auto at = [&](unsigned k) { return offset + static_cast<long long>(k) * pixels.hw; };

  // statistics
  Held<T, 1> held;
  const auto read = [&](unsigned first) {
    const unsigned count = min(pixels.c - first, chunk);
    if (there)
      held.each(team, count, [&](Pack<T, 1>& p, unsigned k) { p.at[0] = a.x[at(first + k)]; });
    else
      held = {};
    return count;
  };
  Moments moments{};
  for (unsigned first = 0; first < pixels.c; first += chunk) {
    const unsigned count = read(first);
    moments.merge(held.moments(team, count));
  }
  if (!there) return;
  const double rstd = moments.rstd(a.eps);
  if (threadIdx.y == 0) a.mean[pixel] = moments.mean, a.rstd[pixel] = rstd;

  // result
  const Statistics<T> s(moments.mean, rstd);
  for (unsigned first = 0; first < pixels.c; first += chunk) {
    const unsigned count = pixels.c <= chunk ? pixels.c : read(first);
    held.each(team, count, [&](const Pack<T, 1>& p, unsigned k) {
      const T weight = a.weight != nullptr ? a.weight[first + k] : T{1};
      const T bias = a.bias != nullptr ? a.bias[first + k] : T{0};
      a.y[at(first + k)] = s.xhat(p.at[0]) * weight + bias;
    });
  }
}

// pixel_dx
//
// MATH     dx = rstd·(g − (Σ g + x̂·Σ g·x̂)/C), g = dy·weight, sums over the channels of a pixel
// MAPPING  above
// MEMORY   dy and x are read twice, the second time from the caches where 32·C elements of each stay there;
//          dx is written once
// NUMERICS in T: a walker adds C/8 values, then the walkers in order
// REQUIRES block (32, 8); every thread reaches the barriers
// COST     not measured yet on a GPU
template <class T>
__global__ void __launch_bounds__(32 * channel_walkers) pixel_dx(Backward<T> a, Pixels pixels) {
  const unsigned pixel = blockIdx.x * 32 + threadIdx.x;
  const bool there = pixel < pixels.count;
  const long long offset = there ? pixels.offset(pixel) : 0;
  const Statistics<T> s(there ? a.mean[pixel] : 0, there ? a.rstd[pixel] : 0);
  const unsigned end = there ? pixels.c : 0;
  const auto g_at = [&](unsigned c, long long i) {
    return a.dy[i] * (a.weight != nullptr ? a.weight[c] : T{1});
  };

  // sums
  T sum_g = 0, sum_g_xhat = 0;
  for (unsigned c = threadIdx.y; c < end; c += channel_walkers) {
    const long long i = offset + static_cast<long long>(c) * pixels.hw;
    const T g = g_at(c, i);
    sum_g += g;
    sum_g_xhat += g * s.xhat(a.x[i]);
  }
  const T mean_g = walkers_sum(sum_g) / static_cast<T>(pixels.c);
  const T mean_g_xhat = walkers_sum(sum_g_xhat) / static_cast<T>(pixels.c);

  // dx
  for (unsigned c = threadIdx.y; c < end; c += channel_walkers) {
    const long long i = offset + static_cast<long long>(c) * pixels.hw;
    a.dx[i] = s.rstd * (g_at(c, i) - (mean_g + s.xhat(a.x[i]) * mean_g_xhat));
  }
}

template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a) {
  if (a.hw == 1)
    return layer_norm_forward(
        LayerNormForward<T>{a.n, a.c, a.eps, a.x, a.weight, a.bias, a.y, a.mean, a.rstd});
  const Pixels pixels{norm::kernel_count(a.c), norm::kernel_count(a.hw), norm::kernel_count(a.n * a.hw)};
  if (pixels.c == 0 || pixels.count == 0) return;
  launch(pixel_normalize<T>, pixels.config(), Forward<T>{a.x, a.weight, a.bias, a.y, a.mean, a.rstd, a.eps},
         pixels);
}

template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a) {
  if (a.hw == 1)
    return layer_norm_backward(
        LayerNormBackward<T>{a.n, a.c, a.dy, a.x, a.weight, a.mean, a.rstd, a.dx, a.dweight, a.dbias});
  const Pixels pixels{norm::kernel_count(a.c), norm::kernel_count(a.hw), norm::kernel_count(a.n * a.hw)};
  if (pixels.c == 0 || pixels.count == 0) return;
  if (a.dx != nullptr)
    launch(pixel_dx<T>, pixels.config(), Backward<T>{a.dy, a.x, a.weight, a.mean, a.rstd, a.dx}, pixels);
  if (a.dweight == nullptr && a.dbias == nullptr) return;

  // One element an access: neighbouring lanes then read neighbouring pixels' statistics, too.
  const norm::PixelLayout layout{pixels.c, pixels.hw};
  const Pieces pieces = cut_runs<T>(a.n * a.c, a.hw, 1);
  const DeviceScratch<Sums<double>> partial(pieces.teams());
  launch(run_backward_sums<T, 1, norm::PixelLayout>, pieces.config(),
         Backward<T>{a.dy, a.x, nullptr, a.mean, a.rstd, nullptr}, layout, pieces, partial.data());
  merge_columns(pieces.teams() / layout.c, layout.c, LoadPartial<Sums<double>>{partial.data(), layout.c},
                FinishAffine<T>{a.dweight, a.dbias});
}

NORMA_INSTANTIATE(layer_norm_pixel_forward, LayerNormPixelForward)
NORMA_INSTANTIATE(layer_norm_pixel_backward, LayerNormPixelBackward)

}  // namespace norma::NORMA_EXECUTOR
