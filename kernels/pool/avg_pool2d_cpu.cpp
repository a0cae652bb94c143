// Average pooling on the CPU, 16 planes per piece. Windows of 2×2 that do not overlap, which most networks
// use, are done a vector of outputs at a time; all other windows in plain loops.
#include "kernels/pool/avg_pool2d.h"

#include <algorithm>

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool/avg_pool2d_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// Row i of the outputs of one plane.
template <class T>
void average_row(const AvgPool2dForward<T>& a, const T* x, std::int64_t i, T* y) {
  for (std::int64_t j = 0; j < a.s.out_w(); ++j) {
    const PoolWindow window(a.s, i, j);
    acc_t<T> sum = 0;
    for (std::int64_t row = window.top; row < window.bottom; ++row)
      for (std::int64_t col = window.left; col < window.right; ++col) sum += x[row * a.s.w + col];
    y[j] = static_cast<T>(sum / divisor<double>(window, a.count_include_pad));
  }
}

// Outputs [j, j + lanes) of a row, from the two rows of x above each other: (a + b) + (c + e), quartered.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void average_2x2_vector(D d, const T* top, const T* bottom, std::int64_t j, T* y) {
  hn::Vec<D> a, b, c, e;
  hn::LoadInterleaved2(d, top + 2 * j, a, b);
  hn::LoadInterleaved2(d, bottom + 2 * j, c, e);
  hn::StoreU(hn::Mul(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Set(d, T{0.25})), d, y + j);
}

template <class T>
void avg_pool2d_forward(const AvgPool2dForward<T>& a) {
  const PoolShape& s = a.s;
  const hn::CappedTag<T, 8> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t out_h = s.out_h(), out_w = s.out_w();
  const bool in_vectors = s.halves() && out_w >= lanes;
  parallel_ranges(s.planes, 16, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t plane = begin; plane < end; ++plane)
      for (std::int64_t i = 0; i < out_h; ++i) {
        const T* const x = a.x + plane * s.h * s.w;
        T* const y = a.y + (plane * out_h + i) * out_w;
        if (in_vectors)  // the last vector may repeat what the one before it did
          for (std::int64_t j = 0; j < out_w; j += lanes)
            average_2x2_vector(d, x + 2 * i * s.w, x + (2 * i + 1) * s.w, std::min(j, out_w - lanes), y);
        else
          average_row(a, x, i, y);
      }
  });
}

// Adds the shares of row i of the outputs of one plane.
template <class T>
void spread_row(const AvgPool2dBackward<T>& a, const T* dy, std::int64_t i, T* dx) {
  for (std::int64_t j = 0; j < a.s.out_w(); ++j) {
    const PoolWindow window(a.s, i, j);
    const T share = static_cast<T>(dy[j] / divisor<double>(window, a.count_include_pad));
    for (std::int64_t row = window.top; row < window.bottom; ++row)
      for (std::int64_t col = window.left; col < window.right; ++col) dx[row * a.s.w + col] += share;
  }
}

// Two rows of dx, the quarters of a row of dy; zeros where no window is.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void spread_2x2_row(D d, const PoolShape& s, const T* dy, T* dx) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t out_w = s.out_w();
  for (std::int64_t j = 0; j < out_w; j += lanes) {
    const std::int64_t at = std::min(j, out_w - lanes);
    const auto share = hn::Mul(hn::LoadU(d, dy + at), hn::Set(d, T{0.25}));
    hn::StoreInterleaved2(share, share, d, dx + 2 * at);
    hn::StoreInterleaved2(share, share, d, dx + s.w + 2 * at);
  }
  for (std::int64_t col = 2 * out_w; col < s.w; ++col) dx[col] = dx[s.w + col] = 0;
}

template <class T>
void avg_pool2d_backward(const AvgPool2dBackward<T>& a) {
  const PoolShape& s = a.s;
  const hn::CappedTag<T, 8> d;
  const std::int64_t out_h = s.out_h(), out_w = s.out_w();
  const bool in_vectors = s.halves() && out_w >= static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t written = in_vectors ? 2 * out_h * s.w : 0;  // by spread_2x2_row, of each plane
  parallel_ranges(s.planes, 16, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      T* const dx = a.dx + plane * s.h * s.w;
      std::fill(dx + written, dx + s.h * s.w, T{0});
      for (std::int64_t i = 0; i < out_h; ++i) {
        const T* const dy = a.dy + (plane * out_h + i) * out_w;
        if (in_vectors)
          spread_2x2_row(d, s, dy, dx + 2 * i * s.w);
        else
          spread_row(a, dy, i, dx);
      }
    }
  });
}

NORMA_SIMD_INSTANTIATE(avg_pool2d_forward, AvgPool2dForward)
NORMA_SIMD_INSTANTIATE(avg_pool2d_backward, AvgPool2dBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(avg_pool2d_forward, AvgPool2dForward)
NORMA_SIMD_EXPORT(avg_pool2d_backward, AvgPool2dBackward)
}  // namespace norma::cpu
#endif
