// The columns of an image: row (c, u, v) of the matrix [taps][output pixels] holds what that tap of the kernel
// reads, pixel by pixel, so that a convolution is a product of matrices.
//
//     x, one channel                columns(x), 2×2 kernel, stride 1
//
//       a b c              (0, 0)     a b   d e
//       d e f     ──▶      (0, 1)     b c   e f
//       g h i              (1, 0)     d e   g h
//                          (1, 1)     e f   h i

#if defined(NORMA_CONV2D_COLUMNS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_COLUMNS_INL
#undef NORMA_CONV2D_COLUMNS_INL
#else
#define NORMA_CONV2D_COLUMNS_INL
#endif

#include "kernels/conv/conv2d.h"
#include "kernels/conv/conv2d_matmul-inl.h"
#include "kernels/scratch.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void copy_run(const T* HWY_RESTRICT in, std::int64_t count, T* HWY_RESTRICT out) {
  const hn::ScalableTag<T> d;
  for_vectors(
      d, count, [&](std::int64_t i) HWY_ATTR { hn::StoreU(hn::LoadU(d, in + i), d, out + i); },
      [&](std::int64_t i, std::size_t n) HWY_ATTR { store_first(d, n, load_first(d, n, in + i), out + i); });
}

// The columns of an image, a strip of output rows at a time; the image itself for a 1×1 kernel.
template <class T>
class Columns {
 public:
  explicit Columns(const Conv2dShape& shape)
      : s(shape),
        is_image(s.kernel_h * s.kernel_w * s.stride_h * s.stride_w == 1 && s.pad_h == 0 && s.pad_w == 0),
        taps(s.c * s.kernel_h * s.kernel_w),
        rows(is_image ? s.out_h() : std::clamp<std::int64_t>(numbers / (taps * s.out_w()), 1, s.out_h())),
        memory(is_image ? 0 : taps * rows * s.out_w()) {}

  /// Output pixels of the strip that begins at a row.
  std::int64_t pixels(std::int64_t row) const { return std::min(rows, s.out_h() - row) * s.out_w(); }

  /// The strip's [taps][pixels].
  Matrix<const T> read(const T* x, std::int64_t row) const {
    if (is_image) return {x, s.h * s.w};
    each_run(row, [&](std::int64_t run, std::int64_t from, std::int64_t begin, std::int64_t end) {
      T* const out = memory.data() + run;
      const T* const in = x + from;
      for (std::int64_t j = 0; j < begin; ++j) out[j] = 0;
      if (s.stride_w == 1)
        copy_run(in + begin, end - begin, out + begin);
      else
        for (std::int64_t j = begin; j < end; ++j) out[j] = in[j * s.stride_w];
      for (std::int64_t j = end; j < s.out_w(); ++j) out[j] = 0;
    });
    return {memory.data(), pixels(row)};
  }

  /// Where to write the strip's gradient, before add_to(dx, row).
  Matrix<T> gradient(T* dx, std::int64_t row) const {
    if (is_image) return {dx, s.h * s.w};
    return {memory.data(), pixels(row)};
  }
  void add_to(T* dx, std::int64_t row) const {
    if (is_image) return;
    each_run(row, [&](std::int64_t run, std::int64_t from, std::int64_t begin, std::int64_t end) {
      for (std::int64_t j = begin; j < end; ++j) dx[from + j * s.stride_w] += memory[run + j];
    });
  }

  const Conv2dShape s;
  const bool is_image;
  const std::int64_t taps, rows;  // rows of a strip

 private:
  static constexpr std::int64_t numbers = 1 << 16;  // of a strip, to stay in the L2 cache

  // f(run, from, begin, end) for every tap and output row of a strip: of the out_w numbers at `run`, those in
  // [begin, end) belong to the pixels from + j·stride_w of the image, the others to its padding.
  template <class F>
  void each_run(std::int64_t first_row, F&& f) const {
    std::int64_t run = 0;
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const std::int64_t c = tap / (s.kernel_h * s.kernel_w);
      const std::int64_t u = tap / s.kernel_w % s.kernel_h - s.pad_h, v = tap % s.kernel_w - s.pad_w;
      const std::int64_t begin = v < 0 ? std::min(s.out_w(), divide_up(-v, s.stride_w)) : 0;
      const std::int64_t end = v < s.w ? std::min(s.out_w(), divide_up(s.w - v, s.stride_w)) : 0;
      for (std::int64_t i = first_row; i < std::min(first_row + rows, s.out_h()); ++i, run += s.out_w()) {
        const std::int64_t row = i * s.stride_h + u;
        const bool inside = row >= 0 && row < s.h && begin < end;
        f(run, (c * s.h + row) * s.w + v, inside ? begin : 0, inside ? end : 0);
      }
    }
  }

  const Scratch<T> memory;
};

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
