// Convolution on the CPU: matrix products (conv2d_matmul-inl.h) for all directions and shapes.
//
//   1×1, stride 1, no padding    an image is the matrix [C][pixels]: y = w·x, dx = wᵀ·dy
//   3×3, stride 1                Winograd's algorithm (conv2d_winograd-inl.h)
//   up to 7 channels, stride 1   planes with zeros around them (conv2d_planes-inl.h)
//   depthwise                    plane by plane (conv2d_depthwise-inl.h)
//   other groups                 one after the other, their channels copied out and back
//   everything else              windows of images turned to pixels (conv2d_direct-inl.h)
//
// Another precision than exact is emulated: rounded copies of both factors are multiplied.
//
// A piece of parallel work is a few images, for any number of threads. Backward weight adds the sums of
// parts of the batch as a tree (core/image_tree.h).
#include "kernels/conv/conv2d.h"

#include "core/parallel.h"
#include "kernels/conv/conv2d_channels.h"
#include "kernels/conv/rounded.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/conv2d_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/conv/conv2d_depthwise-inl.h"
#include "kernels/conv/conv2d_direct-inl.h"
#include "kernels/conv/conv2d_winograd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// With few channels there is little to multiply, and Winograd's transforms cost more than they save.
bool suits_winograd(const Correlation& s) {
  return s.c >= 8 && s.kernel_h == 3 && s.kernel_w == 3 && s.stride_h == 1 && s.stride_w == 1 &&
         s.spacing_h == 1 && s.spacing_w == 1 && s.dilation_h == 1 && s.dilation_w == 1 && s.top >= 0 &&
         s.left >= 0;
}

bool is_pointwise(const Conv2dShape& s) {
  return s.groups == 1 && s.kernel_h * s.kernel_w * s.stride_h * s.stride_w == 1 && s.pad_h == 0 &&
         s.pad_w == 0;
}

// y = weight·x for every image, [K][C] × [C][pixels], plus bias.
template <class T>
void multiply_images(const Correlation& s, Matrix<const T> weight, const T* x, const T* bias, T* y) {
  const std::int64_t plane = s.h * s.w, images = piece_images(s);
  parallel_for(divide_up(s.n, images), [&](std::int64_t piece) {
    for (std::int64_t n = piece * images; n < std::min(s.n, (piece + 1) * images); ++n) {
      const Matrix<T> to{y + n * s.k * plane, plane};
      if (bias)
        for (std::int64_t k = 0; k < s.k; ++k) std::fill_n(to.data + k * plane, plane, bias[k]);
      multiply<T>(s.k, plane, {s.c}, weight, {x + n * s.c * plane, plane}, to, bias != nullptr);
    }
    if (s.done) s.done(piece * images, std::min(s.n, (piece + 1) * images));
  });
}

// x correlated with weight_at(k, c, tap), plus bias: forward and backward data.
template <class T, class WeightAt>
void correlate(const Correlation& s, const T* x, WeightAt weight_at, const T* bias, T* y) {
  if (suits_planes<T>(s) && s.k >= filters_at_once)
    return few_channels_correlate<filters_at_once>(s, x, weight_at, bias, y);
  const std::int64_t rows = whole_blocks<T>(s.c), pitch = whole_vectors<T>(s.k),
                     size = s.taps() * rows * pitch;
  const Scratch<T> weight(size);  // [tap][c][k], zero where channels are rounded up
  std::fill_n(weight.data(), size, T{0});
  for (std::int64_t k = 0; k < s.k; ++k)
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t tap = 0; tap < s.taps(); ++tap)
        weight[(tap * rows + c) * pitch + k] = weight_at(k, c, tap);
  if (suits_winograd(s))
    winograd_correlate(s, x, weight.data(), bias, y);
  else
    direct_correlate(s, x, weight.data(), bias, y);
}

// Calls f(shape of a group, x's channels, y's channels, the group's weights and biases from `first` on).
template <class F>
void for_each_group(const Conv2dShape& s, F f) {
  const Conv2dShape one = s.of_group();
  for (std::int64_t g = 0; g < s.groups; ++g)
    f(one, Channels{s.n, s.c, s.h * s.w, g * one.c, one.c},
      Channels{s.n, s.k, s.out_h() * s.out_w(), g * one.k, one.k}, g * one.k);
}

template <class T>
void conv2d_images(const Conv2dImages<T>& images) {
  const Conv2dForward<T>& a = images.conv;
  Correlation s = forward_correlation(a.s);
  s.done = images.done;
  if (a.s.groups > 1 && !a.s.depthwise()) {
    for_each_group(
        a.s, [&](const Conv2dShape& one, const Channels& of_x, const Channels& of_y, std::int64_t first) {
          const Scratch<T> x(one.x_size()), y(one.y_size());
          of_x.take(a.x, x.data());
          conv2d_images<T>({{one, x.data(), a.weight + first * one.taps(), a.bias ? a.bias + first : nullptr,
                             y.data(), a.precision}});
          of_y.put(y.data(), a.y);
        });
    if (s.done) parallel_for(s.n, [&](std::int64_t n) { s.done(n, n + 1); });
    return;
  }
  const Rounded<T> x(a.precision, a.x, a.s.x_size()), weight(a.precision, a.weight, a.s.weight_size());
  if (a.s.depthwise())
    return depthwise_correlate<T>(
        s, x.data(), 1, [&](std::int64_t k) { return k / (s.k / s.c); },
        [&](std::int64_t k, std::int64_t) { return weight.data() + k * s.taps(); }, a.bias, a.y);
  if (is_pointwise(a.s)) return multiply_images<T>(s, {weight.data(), s.c}, x.data(), a.bias, a.y);
  const auto weight_at = [&](std::int64_t k, std::int64_t c, std::int64_t tap) {
    return weight.data()[(k * s.c + c) * s.taps() + tap];
  };
  correlate(s, x.data(), weight_at, a.bias, a.y);
}

template <class T>
void conv2d_backward_data(const Conv2dBackwardData<T>& a) {
  if (a.s.groups > 1 && !a.s.depthwise())
    return for_each_group(
        a.s, [&](const Conv2dShape& one, const Channels& of_x, const Channels& of_y, std::int64_t first) {
          const Scratch<T> dx(one.x_size()), dy(one.y_size());
          of_y.take(a.dy, dy.data());
          conv2d_backward_data<T>({one, dy.data(), a.weight + first * one.taps(), dx.data(), a.precision});
          of_x.put(dx.data(), a.dx);
        });
  const Correlation s = backward_correlation(a.s);  // dy is its source, so its c are K and its k are C
  const T* const no_bias = nullptr;
  const Rounded<T> dy(a.precision, a.dy, a.s.y_size()), weight(a.precision, a.weight, a.s.weight_size());
  if (a.s.depthwise()) {
    const std::int64_t of_each = s.c / s.k;  // planes of dy that read a plane of x
    const Scratch<T> flipped(a.s.weight_size());
    for (std::int64_t k = 0; k < s.c; ++k)
      std::reverse_copy(weight.data() + k * s.taps(), weight.data() + (k + 1) * s.taps(),
                        flipped.data() + k * s.taps());
    return depthwise_correlate<T>(
        s, dy.data(), of_each, [&](std::int64_t c) { return c * of_each; },
        [&](std::int64_t c, std::int64_t i) { return flipped.data() + (c * of_each + i) * s.taps(); },
        no_bias, a.dx);
  }
  if (is_pointwise(a.s)) return multiply_images<T>(s, {weight.data(), 1, s.k}, dy.data(), no_bias, a.dx);
  const auto flipped = [&](std::int64_t k, std::int64_t c, std::int64_t tap) {
    return weight.data()[(c * s.k + k) * s.taps() + s.taps() - 1 - tap];
  };
  correlate(s, dy.data(), flipped, no_bias, a.dx);
}

template <class T>
void bias_sums(const Conv2dBackwardWeight<T>& a) {
  const hn::ScalableTag<T> d;
  const std::int64_t plane = a.s.out_h() * a.s.out_w();
  const ImageTree tree(a.s.n);
  parallel_for(a.s.k, [&](std::int64_t k) HWY_ATTR {
    a.dbias[k] = tree.sum<T>([&](std::int64_t begin, std::int64_t end) HWY_ATTR {
      double sum = 0;
      for (std::int64_t n = begin; n < end; ++n) {
        const T* const dy = a.dy + (n * a.s.k + k) * plane;
        auto lanes = hn::Zero(d);
        for_vectors(
            d, plane, [&](std::int64_t i) HWY_ATTR { lanes = hn::Add(lanes, hn::LoadU(d, dy + i)); },
            [&](std::int64_t i, std::size_t some)
                HWY_ATTR { lanes = hn::Add(lanes, load_first(d, some, dy + i)); });
        sum += sum_lanes(d, lanes);
      }
      return static_cast<T>(sum);
    });
  });
}

template <class T>
void conv2d_backward_weight(const Conv2dBackwardWeight<T>& a) {
  if (a.dbias) bias_sums(a);
  if (a.s.groups > 1 && !a.s.depthwise())
    return for_each_group(
        a.s, [&](const Conv2dShape& one, const Channels& of_x, const Channels& of_y, std::int64_t first) {
          const Scratch<T> x(one.x_size()), dy(one.y_size());
          of_x.take(a.x, x.data()), of_y.take(a.dy, dy.data());
          conv2d_backward_weight<T>(
              {one, dy.data(), x.data(), a.dweight + first * one.taps(), nullptr, a.precision});
        });
  const Correlation s = forward_correlation(a.s);
  const std::int64_t taps = s.taps(), rows = whole_blocks<T>(s.c), pitch = whole_vectors<T>(s.k);
  const Rounded<T> x(a.precision, a.x, a.s.x_size()), dy(a.precision, a.dy, a.s.y_size());
  if (a.s.depthwise()) return depthwise_weight_gradient(s, x.data(), dy.data(), a.dweight);
  if (suits_planes<T>(s) && s.kernel_w == 3)
    return few_channels_weight_gradient(s, x.data(), dy.data(), a.dweight);
  const Scratch<T> sums(taps * rows * pitch);
  Matrix<const T> found{sums.data(), 1, pitch};  // [k][tap, c], transposed or not
  if (suits_winograd(s)) {
    winograd_weight_gradient(s, x.data(), dy.data(), sums.data());
  } else {
    direct_weight_gradient(s, x.data(), dy.data(), sums.data());
    found = {sums.data(), taps * rows, 1};
  }
  for (std::int64_t k = 0; k < s.k; ++k)
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t tap = 0; tap < taps; ++tap)
        a.dweight[(k * s.c + c) * taps + tap] = found.data[k * found.row + (tap * rows + c) * found.column];
}

NORMA_SIMD_INSTANTIATE(conv2d_images, Conv2dImages)
NORMA_SIMD_INSTANTIATE(conv2d_backward_data, Conv2dBackwardData)
NORMA_SIMD_INSTANTIATE(conv2d_backward_weight, Conv2dBackwardWeight)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(conv2d_images, Conv2dImages)
NORMA_SIMD_EXPORT(conv2d_backward_data, Conv2dBackwardData)
NORMA_SIMD_EXPORT(conv2d_backward_weight, Conv2dBackwardWeight)

template <class T>
void conv2d_forward(const Conv2dForward<T>& a) {
  conv2d_images<T>({a});
}
NORMA_INSTANTIATE(conv2d_forward, Conv2dForward)
}  // namespace norma::cpu
#endif
