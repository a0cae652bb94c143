// Layer norm over the channels of each pixel, in CUDA. The values of a set are H·W apart in memory. A warp
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
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/runs.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

inline constexpr unsigned channel_walkers = 8;

struct Pixels {
  unsigned c, hw, count;  ///< count = N·H·W

  /// Where channel 0 of a pixel is; channel k is k·hw further.
  __device__ __forceinline__ long long offset(unsigned pixel) const {
    return static_cast<long long>(pixel / hw) * c * hw + pixel % hw;
  }
  /// Channel 0 of a pixel is in that plane.
  __device__ __forceinline__ unsigned plane(unsigned pixel) const { return pixel / hw * c; }
  LaunchConfig config(std::source_location where = std::source_location::current()) const {
    return {.grid = (count + 31) / 32, .block = {32, channel_walkers}, .where = where};
  }
};

/// The sum over the block's walkers of each pixel, in all of them. Every thread of the block calls it; safe
/// to call twice in a row, for after its second barrier all have read what the next call overwrites.
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
  template <class T, int N>
  __device__ __forceinline__ void take_from_first(T (&values)[N]) const {
    NORMA_SHARED(T[N][32], first);
    if (threadIdx.y == 0)
      for (int i = 0; i < N; ++i) first[i][threadIdx.x] = values[i];
    __syncthreads();
    for (int i = 0; i < N; ++i) values[i] = first[i][threadIdx.x];
  }
};

// pixel_normalize
//
// MATH     y = x̂·weight + bias, x̂ = (x − mean)·rstd, mean and rstd over the C channels of a pixel; then the
//          epilogue
// MAPPING  above
// MEMORY   x is read once where the channels fit on chip, 128 bytes per thread: C ≤ 256 in float, 128 in
//          double; else twice, in chunks of that many. y is written once
// NUMERICS corrected two-pass within a chunk, chunks merged in order
// REQUIRES block (32, 8); every thread reaches the barriers, those beyond the last pixel without elements
// COST     x and y 1.00 ×, sectors the fewest; 7 barriers, no bank conflict
template <class T, class After>
__global__ void __launch_bounds__(32 * channel_walkers, 2)  // 2 per multiprocessor: registers for x
    pixel_normalize(Forward<T> a, Pixels pixels, After after) {
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
    const SumsAroundGuess<T> sums = held.sums(team, count);
    if (team.rank() == 0) moments.merge(sums.moments(count));
  }
  Statistics<T> s(0, 0);
  if (there && team.rank() == 0) {
    const stat_t rstd = moments.rstd(a.eps);
    a.mean[pixel] = moments.mean, a.rstd[pixel] = rstd;
    s = Statistics<T>(moments.mean, rstd);
  }
  s = Statistics<T>::from_first(team, s);
  if (!there) return;

  // result
  const unsigned plane = pixels.plane(pixel);
  for (unsigned first = 0; first < pixels.c; first += chunk) {
    const unsigned count = pixels.c <= chunk ? pixels.c : read(first);
    held.each(team, count, [&](const Pack<T, 1>& p, unsigned k) {
      a.y[at(first + k)] = normalized(p, s, a, norm::ChannelLayout{}, after, plane, first + k).at[0];
    });
  }
}

// pixel_dx
//
// MATH     dx = rstd·(g − (Σ g + x̂·Σ g·x̂)/C), g = dz·weight, sums over the channels of a pixel
// MAPPING  above
// MEMORY   dy and x are read twice, the second time from the caches where 32·C elements of each stay there;
//          dx is written once
// NUMERICS in T: a walker adds C/8 values, then the walkers in order
// REQUIRES block (32, 8); every thread reaches the barriers
// COST     dy and x 2.00 ×, dx 1.00 ×; 4 barriers, no bank conflict
template <class T, class After>
__global__ void __launch_bounds__(32 * channel_walkers) pixel_dx(Backward<T> a, Pixels pixels, After after) {
  const unsigned pixel = blockIdx.x * 32 + threadIdx.x;
  const bool there = pixel < pixels.count;
  const long long offset = there ? pixels.offset(pixel) : 0;
  const Statistics<T> s(there ? a.mean[pixel] : 0, there ? a.rstd[pixel] : 0);
  const unsigned end = there ? pixels.c : 0, plane = there ? pixels.plane(pixel) : 0;
  const auto g_at = [&](unsigned c, long long i, const Pack<acc_t<T>, 1>& xhat) {
    const norm::ChannelLayout layout;
    const auto z = [&] { return affine<1, T>(xhat, a, layout, plane, c); };
    const acc_t<T> dz = after.backward(load_pack<1>(a.dy + i), z, layout, plane, c).at[0];
    return dz * load_affine<1>(a.weight, layout, plane, c, T{1}).at[0];
  };

  // sums
  acc_t<T> sum_g = 0, sum_g_xhat = 0;
  for (unsigned c = threadIdx.y; c < end; c += channel_walkers) {
    const long long i = offset + static_cast<long long>(c) * pixels.hw;
    const auto xhat = s.xhat(load_pack<1>(a.x + i));
    const acc_t<T> g = g_at(c, i, xhat);
    sum_g += g;
    sum_g_xhat += g * xhat.at[0];
  }
  const acc_t<T> mean_g = walkers_sum(sum_g) / static_cast<acc_t<T>>(pixels.c);
  const acc_t<T> mean_g_xhat = walkers_sum(sum_g_xhat) / static_cast<acc_t<T>>(pixels.c);

  // dx
  for (unsigned c = threadIdx.y; c < end; c += channel_walkers) {
    const long long i = offset + static_cast<long long>(c) * pixels.hw;
    const auto xhat = s.xhat(load_pack<1>(a.x + i));
    a.dx[i] = static_cast<T>(s.rstd * (g_at(c, i, xhat) - (mean_g + xhat.at[0] * mean_g_xhat)));
  }
}

}  // namespace

template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a) {
  if (a.hw == 1)
    return layer_norm_forward(
        LayerNormForward<T>{a.n, a.c, a.eps, a.x, a.weight, a.bias, a.y, a.mean, a.rstd, a.after});
  const Pixels pixels{norm::kernel_count(a.c), norm::kernel_count(a.hw), norm::kernel_count(a.n * a.hw)};
  if (pixels.c == 0 || pixels.count == 0) return;
  with_epilogue<T>(a.after, a.n * a.c, [&](auto after) {
    launch(pixel_normalize<T, decltype(after)>, pixels.config(),
           Forward<T>{a.x, a.weight, a.bias, a.y, a.mean, a.rstd, a.eps}, pixels, after);
  });
}

template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a) {
  if (a.hw == 1)
    return layer_norm_backward(LayerNormBackward<T>{a.n, a.c, a.dy, a.x, a.weight, a.mean, a.rstd, a.dx,
                                                    a.dweight, a.dbias, a.after, 1, a.bias});
  const Pixels pixels{norm::kernel_count(a.c), norm::kernel_count(a.hw), norm::kernel_count(a.n * a.hw)};
  if (pixels.c == 0 || pixels.count == 0) return;
  const Backward<T> b{a.dy, a.x, a.weight, a.bias, a.mean, a.rstd, a.dx};
  with_epilogue<T>(a.after, a.n * a.c, [&](auto after) {
    using After = decltype(after);
    if (a.dx != nullptr) launch(pixel_dx<T, After>, pixels.config(), b, pixels, after);
    if (a.dweight == nullptr && a.dbias == nullptr) return;

    // One element per access: neighbouring lanes then read neighbouring pixels' statistics, too.
    const norm::PixelLayout layout{pixels.c, pixels.hw};
    const Pieces pieces = cut_runs<T>(a.n * a.c, a.hw, 1);
    const DeviceScratch<Sums<stat_t>> partial(pieces.teams());
    launch(run_backward_sums<T, 1, norm::PixelLayout, After>, pieces.config(), b, layout, pieces, after,
           partial.data());
    merge_planes<GradientSums<T>>(LoadPlanes(partial.data(), pieces, layout.c),
                                  FinishAffine<T>{a.dweight, a.dbias});
  });
}

NORMA_INSTANTIATE(layer_norm_pixel_forward, LayerNormPixelForward)
NORMA_INSTANTIATE(layer_norm_pixel_backward, LayerNormPixelBackward)

}  // namespace norma::NORMA_EXECUTOR
