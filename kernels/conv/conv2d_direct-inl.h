// Convolution with any kernel, stride, dilation and padding, as matrix products on images turned to pixels,
// [h][w][C], with zeros around them. There the windows that a row of outputs looks at are the rows of a
// matrix. They overlap: a row holds kernel_w·C numbers, and the next begins stride·C further on.
//
//     source, C = 1                 the first row of outputs, 3×3 kernel, u = 0, 1, 2 one below the other
//
//     0 0 0 0 0                     0 0 0      w₀₀ …       0 a b      w₁₀ …       0 d e      w₂₀ …
//     0 a b c 0           y[j][k] = 0 0 0   ·  w₀₁ …   +   a b c   ·  w₁₁ …   +   d e f   ·  w₂₁ …
//     0 d e f 0                     0 0 0      w₀₂ …       b c 0      w₁₂ …       e f 0      w₂₂ …
//     0 g h i 0
//     0 0 0 0 0                     The three are strips of one product, whose sums stay in registers.
//
// With a dilation the taps of a row are not side by side: a product for each column v of the kernel.
//
// Backward data is the same with other weights and dy for the source. Backward weight is dy times those
// windows, a strip being a row of outputs: dw[k][u][v, c] += dy[k][i, j] · window of (i, j), row u.

#if defined(NORMA_CONV2D_DIRECT_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_DIRECT_INL
#undef NORMA_CONV2D_DIRECT_INL
#else
#define NORMA_CONV2D_DIRECT_INL
#endif

#include "core/parallel.h"
#include "kernels/conv/conv2d_correlation.h"
#include "kernels/conv/conv2d_matmul-inl.h"
#include "kernels/conv/conv2d_transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// A source image as the kernel sees it, [h][w][pitch], zero between its pixels and around them.
template <class T>
struct Padded {
  const Correlation& s;
  std::int64_t h, w, pitch;
  Scratch<T> flat, memory;
  explicit Padded(const Correlation& correlation)
      : s(correlation),
        h(s.seen_h()),
        w(s.seen_w()),
        pitch(whole_blocks<T>(s.c)),
        flat(s.h * s.w * pitch),
        memory(h * w * pitch) {
    std::fill_n(memory.data(), h * w * pitch, T{0});
  }
  T* at(std::int64_t row, std::int64_t column) const { return memory.data() + (row * w + column) * pitch; }
  void fill(const T* image) const {
    const bool as_it_is = h == s.h && w == s.w && s.top == 0 && s.left == 0;
    planes_to_pixels(image, s.h * s.w, s.c, s.h * s.w, as_it_is ? at(0, 0) : flat.data(), pitch);
    if (as_it_is) return;
    // Columns of the source that are not cut off, in one go where no zeros come between them.
    const std::int64_t step = s.spacing_w, begin = s.first_column(), end = s.end_column();
    const std::int64_t together = step == 1 ? std::max<std::int64_t>(1, end - begin) : 1;
    for (std::int64_t i = 0; i < s.h; ++i)
      if (const std::int64_t row = s.seen_row(i); row >= 0 && row < h)
        for (std::int64_t j = begin; j < end; j += together)
          std::copy_n(flat.data() + (i * s.w + j) * pitch, together * pitch, at(row, s.left + j * step));
  }
};

// y = x correlated with weights [tap][whole_blocks(c)][whole_vectors(k)], plus bias.
template <class T>
void direct_correlate(const Correlation& s, const T* x, const T* weight, const T* bias, T* y) {
  const std::int64_t images = piece_images(s), pitch = whole_vectors<T>(s.k), plane = s.out_h * s.out_w;
  parallel_for(divide_up(s.n, images), [&](std::int64_t piece) {
    const Padded<T> source(s);
    const Scratch<T> result(plane * pitch);
    // Columns of taps that are side by side, and the numbers of their windows.
    const std::int64_t together = s.dilation_w == 1 ? s.kernel_w : 1, window = together * source.pitch;
    for (std::int64_t n = piece * images; n < std::min(s.n, (piece + 1) * images); ++n) {
      source.fill(x + n * s.c * s.h * s.w);
      if (bias)
        for (std::int64_t p = 0; p < plane; ++p) std::copy_n(bias, s.k, result.data() + p * pitch);
      for (std::int64_t i = 0; i < s.out_h; ++i)
        for (std::int64_t v = 0; v < s.kernel_w; v += together)
          multiply<T>(
              s.out_w, pitch,
              {window, s.kernel_h, s.dilation_h * source.w * source.pitch, s.kernel_w * source.pitch * pitch},
              {source.at(i * s.stride_h, v * s.dilation_w), s.stride_w * source.pitch},
              {weight + v * source.pitch * pitch, pitch}, {result.data() + i * s.out_w * pitch, pitch},
              bias != nullptr || v > 0);
      pixels_to_planes(result.data(), pitch, s.k, plane, y + n * s.k * plane, plane);
    }
    if (s.done) s.done(piece * images, std::min(s.n, (piece + 1) * images));
  });
}

// sums [k][tap][whole_blocks(c)] of the weight's gradient: dy, as it is, times windows.
template <class T>
void direct_weight_gradient(const Correlation& s, const T* x, const T* dy, T* sums) {
  const std::int64_t plane = s.out_h * s.out_w;
  const std::int64_t rows = whole_blocks<T>(s.c), window = s.kernel_w * rows, pitch = s.kernel_h * window;
  const std::int64_t together = s.dilation_w == 1 ? s.kernel_w : 1;  // columns of taps side by side
  add_over_images(s.n, s.k * pitch, sums, [&](std::int64_t begin, std::int64_t end, T* part) {
    const Padded<T> source(s);
    std::fill_n(part, s.k * pitch, T{0});
    for (std::int64_t n = begin; n < end; ++n) {
      source.fill(x + n * s.c * s.h * s.w);
      for (std::int64_t u = 0; u < s.kernel_h; ++u)
        for (std::int64_t v = 0; v < s.kernel_w; v += together)
          multiply<T>(s.k, together * rows, {s.out_w, s.out_h, s.out_w, s.stride_h * source.w * source.pitch},
                      {dy + n * s.k * plane, plane},
                      {source.at(u * s.dilation_h, v * s.dilation_w), s.stride_w * source.pitch},
                      {part + u * window + v * rows, pitch}, true);
    }
  });
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
