// Layer norm over channels on the CPU. Sets lie across memory (one value every H·W), so a block of 64
// neighbouring pixels is normalised together: every inner loop runs along pixels, which lie side by side.
#include "kernels/norm/layer_norm_pixel.h"

#include "core/parallel.h"
#include "kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm/layer_norm_pixel_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/norm/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

constexpr std::int64_t pixel_block = 64;

// One block's statistics in T: mean is their rounded part, rest what rounding left.
template <class T>
struct PixelStatistics {
  T mean[pixel_block] = {}, rest[pixel_block] = {}, rstd[pixel_block] = {};
};

// Calls f(n, first pixel, pixels) for every block, in parallel over images.
template <class F>
void for_pixel_blocks(std::int64_t n, std::int64_t hw, F&& f) {
  parallel_for(n, [&](std::int64_t image) {
    for (std::int64_t p = 0; p < hw; p += pixel_block) f(image, p, std::min(pixel_block, hw - p));
  });
}

// The corrected two-pass moments of `len` pixels whose channels lie hw apart.
template <class T>
void pixel_statistics(const T* x, std::int64_t c, std::int64_t hw, std::int64_t len, double eps, double* mean,
                      double* rstd, PixelStatistics<T>& s) {
  T squares[pixel_block] = {};
  for (std::int64_t k = 0; k < c; ++k)
    for (std::int64_t p = 0; p < len; ++p) s.mean[p] += x[k * hw + p];
  for (std::int64_t p = 0; p < len; ++p) s.mean[p] /= static_cast<T>(c);
  for (std::int64_t k = 0; k < c; ++k)
    for (std::int64_t p = 0; p < len; ++p) {
      const T delta = x[k * hw + p] - s.mean[p];
      s.rest[p] += delta;
      squares[p] += delta * delta;
    }
  for (std::int64_t p = 0; p < len; ++p) {
    s.rest[p] /= static_cast<T>(c);
    const double var = squares[p] / static_cast<double>(c) - double{s.rest[p]} * s.rest[p];
    mean[p] = double{s.mean[p]} + s.rest[p];
    rstd[p] = 1 / std::sqrt(std::max(0.0, var) + eps);
    s.rstd[p] = static_cast<T>(rstd[p]);
  }
}

template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a) {
  for_pixel_blocks(a.n, a.hw, [&](std::int64_t n, std::int64_t first, std::int64_t len) HWY_ATTR {
    const T* HWY_RESTRICT x = a.x + n * a.c * a.hw + first;
    T* HWY_RESTRICT y = a.y + n * a.c * a.hw + first;
    PixelStatistics<T> s;
    pixel_statistics(x, a.c, a.hw, len, a.eps, a.mean + n * a.hw + first, a.rstd + n * a.hw + first, s);
    for (std::int64_t c = 0; c < a.c; ++c) {
      const T weight = a.weight ? a.weight[c] : T{1}, bias = a.bias ? a.bias[c] : T{0};
      for (std::int64_t p = 0; p < len; ++p)
        y[c * a.hw + p] = ((x[c * a.hw + p] - s.mean[p]) - s.rest[p]) * s.rstd[p] * weight + bias;
    }
  });
}

// dx of one block, and its share of dweight and dbias added to sums[c].
template <class T>
void pixel_backward(const LayerNormPixelBackward<T>& a, std::int64_t n, std::int64_t first, std::int64_t len,
                    BackwardSums* sums) {
  const std::int64_t at = n * a.c * a.hw + first;
  const T *HWY_RESTRICT x = a.x + at, *HWY_RESTRICT dy = a.dy + at;
  PixelStatistics<T> s;
  for (std::int64_t p = 0; p < len; ++p) {
    const double mean = a.mean[n * a.hw + first + p];
    s.mean[p] = static_cast<T>(mean);
    s.rest[p] = static_cast<T>(mean - s.mean[p]);
    s.rstd[p] = static_cast<T>(a.rstd[n * a.hw + first + p]);
  }
  T sum_g[pixel_block] = {}, sum_gx[pixel_block] = {};
  for (std::int64_t c = 0; c < a.c; ++c) {
    const T weight = a.weight ? a.weight[c] : T{1};
    T dweight = 0, dbias = 0;
#pragma omp simd reduction(+ : dweight, dbias)
    for (std::int64_t p = 0; p < len; ++p) {
      const T g = dy[c * a.hw + p];
      const T xhat = ((x[c * a.hw + p] - s.mean[p]) - s.rest[p]) * s.rstd[p];
      dbias += g;
      dweight += g * xhat;
      sum_g[p] += g * weight;
      sum_gx[p] += g * weight * xhat;
    }
    sums[c].dy += dbias;
    sums[c].dy_centered += dweight;
  }
  if (a.dx == nullptr) return;
  T* HWY_RESTRICT dx = a.dx + at;
  const T share = T{1} / static_cast<T>(a.c);
  for (std::int64_t c = 0; c < a.c; ++c) {
    const T weight = a.weight ? a.weight[c] : T{1};
    for (std::int64_t p = 0; p < len; ++p) {
      const T xhat = ((x[c * a.hw + p] - s.mean[p]) - s.rest[p]) * s.rstd[p];
      dx[c * a.hw + p] = s.rstd[p] * (dy[c * a.hw + p] * weight - (sum_g[p] + xhat * sum_gx[p]) * share);
    }
  }
}

template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a) {
  const Scratch<BackwardSums> images(a.n * a.c);  // here dy_centered holds Σ dy·x̂, rstd included
  std::fill_n(images.data(), a.n * a.c, BackwardSums{});
  for_pixel_blocks(a.n, a.hw, [&](std::int64_t n, std::int64_t first, std::int64_t len) {
    pixel_backward(a, n, first, len, images.data() + n * a.c);
  });
  for (std::int64_t c = 0; c < a.c; ++c) {
    BackwardSums sum;
    for (std::int64_t n = 0; n < a.n; ++n) {
      sum.dy += images[n * a.c + c].dy;
      sum.dy_centered += images[n * a.c + c].dy_centered;
    }
    if (a.dweight) a.dweight[c] = static_cast<T>(sum.dy_centered);
    if (a.dbias) a.dbias[c] = static_cast<T>(sum.dy);
  }
}

NORMA_SIMD_INSTANTIATE(layer_norm_pixel_forward, LayerNormPixelForward)
NORMA_SIMD_INSTANTIATE(layer_norm_pixel_backward, LayerNormPixelBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(layer_norm_pixel_forward, LayerNormPixelForward)
NORMA_SIMD_EXPORT(layer_norm_pixel_backward, LayerNormPixelBackward)
}  // namespace norma::cpu
#endif
