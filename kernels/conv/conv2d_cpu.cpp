// Convolution on the CPU: matrix products (conv2d_matmul-inl.h), all directions and shapes.
//
//   3×3, stride 1      by Winograd's algorithm (conv2d_winograd-inl.h)
//   everything else    on columns (conv2d_columns-inl.h), [taps][pixels]; for a 1×1 kernel, the image itself:
//                      y = w·columns(x),   columns(dx) = wᵀ·dy,   dw = dy·columns(x)ᵀ
//
// A piece of parallel work is a few images (backward weight: a fixed share of those pieces, whose sums are added
// in order), whatever the number of threads.
#include "kernels/conv/conv2d.h"

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/conv2d_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/conv/conv2d_columns-inl.h"
#include "kernels/conv/conv2d_winograd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

bool suits_winograd(const Conv2dShape& s) {
  return s.c >= 8 && s.kernel_h == 3 && s.kernel_w == 3 && s.stride_h == 1 && s.stride_w == 1 &&
         s.pad_h <= 2 && s.pad_w <= 2;
}

// Images of a piece of work: enough for about a thousand output pixels.
std::int64_t piece_images(const Conv2dShape& s) {
  return std::clamp<std::int64_t>(1024 / (s.out_h() * s.out_w()), 1, s.n);
}

// f(columns, image, first row) for every strip of every image, a piece on one thread.
template <class T, class F>
void each_strip(const Conv2dShape& s, F&& f) {
  const std::int64_t images = piece_images(s);
  parallel_for(divide_up(s.n, images), [&](std::int64_t piece) HWY_ATTR {
    const Columns<T> columns(s);
    for (std::int64_t n = piece * images; n < std::min(s.n, (piece + 1) * images); ++n)
      for (std::int64_t row = 0; row < s.out_h(); row += columns.rows) f(columns, n, row);
  });
}

template <class T>
void conv2d_forward(const Conv2dForward<T>& a) {
  const Conv2dShape& s = a.s;
  const std::int64_t plane = s.out_h() * s.out_w(), taps = s.c * s.kernel_h * s.kernel_w;
  if (suits_winograd(s)) {
    const std::int64_t pitch = whole_vectors<T>(s.k);
    const Scratch<T> weight(taps * pitch);  // [c][tap][k]
    planes_to_pixels(a.weight, taps, s.k, taps, weight.data(), pitch);
    return winograd_correlate(
        {s.n, s.c, s.h, s.w, s.k, s.out_h(), s.out_w(), s.pad_h, s.pad_w}, a.x,
        [&](std::int64_t c, std::int64_t tap) { return weight.data() + (c * 9 + tap) * pitch; }, a.bias, a.y);
  }
  each_strip<T>(s, [&](const Columns<T>& columns, std::int64_t n, std::int64_t row) HWY_ATTR {
    const Matrix<T> y{a.y + n * s.k * plane + row * s.out_w(), plane};
    if (a.bias)
      for (std::int64_t k = 0; k < s.k; ++k) std::fill_n(y.data + k * plane, columns.pixels(row), a.bias[k]);
    multiply<T>(s.k, columns.pixels(row), taps, {a.weight, taps},
                columns.read(a.x + n * s.c * s.h * s.w, row), y, a.bias != nullptr);
  });
}

template <class T>
void conv2d_backward_data(const Conv2dBackwardData<T>& a) {
  const Conv2dShape& s = a.s;
  const std::int64_t plane = s.out_h() * s.out_w(), taps = s.c * s.kernel_h * s.kernel_w;
  if (suits_winograd(s)) {
    const std::int64_t pitch = whole_vectors<T>(s.c);
    const Scratch<T> weight(s.k * 9 * pitch);  // [k][tap][c]
    for (std::int64_t k = 0; k < s.k; ++k)
      planes_to_pixels(a.weight + k * taps, 9, s.c, 9, weight.data() + k * 9 * pitch, pitch);
    return winograd_correlate(
        {s.n, s.k, s.out_h(), s.out_w(), s.c, s.h, s.w, 2 - s.pad_h, 2 - s.pad_w}, a.dy,
        [&](std::int64_t k, std::int64_t tap) { return weight.data() + (k * 9 + 8 - tap) * pitch; },
        static_cast<const T*>(nullptr), a.dx);
  }
  each_strip<T>(s, [&](const Columns<T>& columns, std::int64_t n, std::int64_t row) HWY_ATTR {
    T* const dx = a.dx + n * s.c * s.h * s.w;
    const T* const dy = a.dy + n * s.k * plane + row * s.out_w();
    if (row == 0 && !columns.is_image) std::fill_n(dx, s.c * s.h * s.w, T{0});
    multiply<T>(taps, columns.pixels(row), s.k, {a.weight, 1, taps}, {dy, plane}, columns.gradient(dx, row),
                false);
    columns.add_to(dx, row);
  });
}

// dweight of the images [begin, end), into sums [K][pitch].
template <class T>
void weight_sums(const Conv2dBackwardWeight<T>& a, std::int64_t begin, std::int64_t end, std::int64_t pitch,
                 T* sums) {
  const Conv2dShape& s = a.s;
  const Columns<T> columns(s);
  const std::int64_t plane = s.out_h() * s.out_w();
  const Scratch<T> turned(columns.pixels(0) * pitch);
  std::fill_n(sums, s.k * pitch, T{0});
  for (std::int64_t n = begin; n < end; ++n)
    for (std::int64_t row = 0; row < s.out_h(); row += columns.rows) {
      const Matrix<const T> x = columns.read(a.x + n * s.c * s.h * s.w, row);
      planes_to_pixels(x.data, x.row, columns.taps, columns.pixels(row), turned.data(), pitch);
      multiply<T>(s.k, pitch, columns.pixels(row), {a.dy + n * s.k * plane + row * s.out_w(), plane},
                  {turned.data(), pitch}, {sums, pitch}, true);
    }
}

template <class T>
void bias_sums(const Conv2dBackwardWeight<T>& a) {
  const hn::ScalableTag<T> d;
  const std::int64_t plane = a.s.out_h() * a.s.out_w();
  parallel_for(a.s.k, [&](std::int64_t k) HWY_ATTR {
    double sum = 0;
    for (std::int64_t n = 0; n < a.s.n; ++n) {
      const T* const dy = a.dy + (n * a.s.k + k) * plane;
      auto lanes = hn::Zero(d);
      for_vectors(
          d, plane, [&](std::int64_t i) HWY_ATTR { lanes = hn::Add(lanes, hn::LoadU(d, dy + i)); },
          [&](std::int64_t i, std::size_t some)
              HWY_ATTR { lanes = hn::Add(lanes, load_first(d, some, dy + i)); });
      sum += sum_lanes(d, lanes);
    }
    a.dbias[k] = static_cast<T>(sum);
  });
}

template <class T>
void conv2d_backward_weight(const Conv2dBackwardWeight<T>& a) {
  const Conv2dShape& s = a.s;
  if (a.dbias) bias_sums(a);
  if (suits_winograd(s))
    return winograd_weight_gradient({s.n, s.c, s.h, s.w, s.k, s.out_h(), s.out_w(), s.pad_h, s.pad_w}, a.x,
                                    a.dy, a.dweight);
  const std::int64_t images = piece_images(s), taps = s.c * s.kernel_h * s.kernel_w;
  const std::int64_t pitch = whole_vectors<T>(taps);
  const Scratch<T> padded(s.k * pitch);
  add_in_parts(divide_up(s.n, images), s.k * pitch, padded.data(),
               [&](std::int64_t begin, std::int64_t end, T* sums)
                   HWY_ATTR { weight_sums(a, begin * images, std::min(s.n, end * images), pitch, sums); });
  for (std::int64_t k = 0; k < s.k; ++k) std::copy_n(padded.data() + k * pitch, taps, a.dweight + k * taps);
}

NORMA_SIMD_INSTANTIATE(conv2d_forward, Conv2dForward)
NORMA_SIMD_INSTANTIATE(conv2d_backward_data, Conv2dBackwardData)
NORMA_SIMD_INSTANTIATE(conv2d_backward_weight, Conv2dBackwardWeight)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(conv2d_forward, Conv2dForward)
NORMA_SIMD_EXPORT(conv2d_backward_data, Conv2dBackwardData)
NORMA_SIMD_EXPORT(conv2d_backward_weight, Conv2dBackwardWeight)
}  // namespace norma::cpu
#endif
