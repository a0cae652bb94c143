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
void pixel_statistics(const T* x, std::int64_t c, std::int64_t hw, std::int64_t len, double eps, stat_t* mean,
                      stat_t* rstd, PixelStatistics<T>& s) {
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

template <class D, class At, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> pixel_xhat(D, At at, hn::Vec<D> x, const PixelStatistics<T>& s) {
  return hn::Mul(hn::Sub(hn::Sub(x, at.load(s.mean)), at.load(s.rest)), at.load(s.rstd));
}

template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a) {
  const hn::ScalableTag<T> d;
  const Factors factors(a.after, a.n * a.c);
  for_pixel_blocks(a.n, a.hw, [&](std::int64_t n, std::int64_t first, std::int64_t len) HWY_ATTR {
    const T* x = a.x + n * a.c * a.hw + first;
    T* y = a.y + n * a.c * a.hw + first;
    PixelStatistics<T> s;
    pixel_statistics(x, a.c, a.hw, len, a.eps, a.mean + n * a.hw + first, a.rstd + n * a.hw + first, s);
    for (std::int64_t c = 0; c < a.c; ++c, x += a.hw, y += a.hw) {
      const Run run = factors.run(n * a.c + c, 0, weight_of(a, c), bias_of(a, c));
      const Affine<T> z_of(run);  // of x̂, whose mean is 0
      const T factor = static_cast<T>(run.factor);
      if (factor == 0)
        std::fill_n(y, len, T{0});
      else
        for_lanes(d, len, [&](auto at) HWY_ATTR {
          const auto z = z_of(d, pixel_xhat(d, at, at.load(x), s));
          at.store(run.relu ? relu_times(d, z, factor) : z, y);
        });
    }
  });
}

// dx of one block, and its share of dweight and dbias added to sums[c].
template <class T>
void pixel_backward(const LayerNormPixelBackward<T>& a, const Factors& factors, std::int64_t n,
                    std::int64_t first, std::int64_t len, BackwardSums* sums) {
  const hn::ScalableTag<T> d;
  const std::int64_t begin = n * a.c * a.hw + first;
  PixelStatistics<T> s;
  for (std::int64_t p = 0; p < len; ++p) {
    const stat_t mean = a.mean[n * a.hw + first + p];
    s.mean[p] = static_cast<T>(mean);
    s.rest[p] = static_cast<T>(mean - s.mean[p]);
    s.rstd[p] = static_cast<T>(a.rstd[n * a.hw + first + p]);
  }
  // Calls f(c, for_dz) for every channel; for_dz(g) calls g(at, x̂, dz) for all its vectors.
  const auto for_channels = [&](auto&& f) HWY_ATTR {
    for (std::int64_t c = 0; c < a.c; ++c) {
      const T *x = a.x + begin + c * a.hw, *dy = a.dy + begin + c * a.hw;
      with_gradient<T>(factors.run(n * a.c + c, 0, weight_of(a, c), bias_of(a, c)), [&](auto dz) HWY_ATTR {
        f(c, [&](auto&& g) HWY_ATTR {
          for_lanes(d, len, [&](auto at) HWY_ATTR {
            const auto xhat = pixel_xhat(d, at, at.load(x), s);
            g(at, xhat, dz(at.load(dy), xhat));
          });
        });
      });
    }
  };
  T sum_g[pixel_block] = {}, sum_gx[pixel_block] = {};
  for_channels([&](std::int64_t c, auto&& for_dz) HWY_ATTR {
    const auto weight = hn::Set(d, static_cast<T>(weight_of(a, c)));
    auto dbias = hn::Zero(d), dweight = hn::Zero(d);
    for_dz([&](auto at, auto xhat, auto dz) HWY_ATTR {
      const auto g = hn::Mul(dz, weight);
      at.store(hn::Add(at.load(sum_g), g), sum_g);
      at.store(hn::MulAdd(g, xhat, at.load(sum_gx)), sum_gx);
      dbias = hn::Add(dbias, dz);
      dweight = hn::MulAdd(dz, xhat, dweight);
    });
    sums[c].dz += sum_lanes(d, dbias);
    sums[c].dz_centered += sum_lanes(d, dweight);
  });
  if (a.dx == nullptr) return;
  const auto share = hn::Set(d, T{1} / static_cast<T>(a.c));
  for_channels([&](std::int64_t c, auto&& for_dz) HWY_ATTR {
    const auto weight = hn::Set(d, static_cast<T>(weight_of(a, c)));
    T* dx = a.dx + begin + c * a.hw;
    for_dz([&](auto at, auto xhat, auto dz) HWY_ATTR {
      const auto shared = hn::Mul(hn::MulAdd(xhat, at.load(sum_gx), at.load(sum_g)), share);
      at.store(hn::Mul(at.load(s.rstd), hn::MulSub(dz, weight, shared)), dx);
    });
  });
}

template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a) {
  const Scratch<BackwardSums> images(a.n * a.c);  // here dz_centered holds Σ dz·x̂, rstd included
  std::fill_n(images.data(), a.n * a.c, BackwardSums{});
  const Factors factors(a.after, a.n * a.c);
  for_pixel_blocks(a.n, a.hw, [&](std::int64_t n, std::int64_t first, std::int64_t len) {
    pixel_backward(a, factors, n, first, len, images.data() + n * a.c);
  });
  const ImageTree tree(a.n);
  for (std::int64_t c = 0; c < a.c; ++c)
    store_affine_gradients(tree, c, a.dweight, a.dbias, [&](std::int64_t n) {
      const BackwardSums& sums = images[n * a.c + c];
      return std::pair(sums.dz_centered, sums.dz);
    });
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
