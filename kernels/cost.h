// What an operation costs at least: bytes, each input read once and each output written once, and arithmetic,
// where that may be the limit. A profile divides by the time taken. Statistics and parameters of norms, one
// number per set or per channel, are left out: pixels outnumber them.
#pragma once

#include "kernels/activation/add.h"
#include "kernels/activation/fill.h"
#include "kernels/activation/relu.h"
#include "kernels/augment/load_images.h"
#include "kernels/conv/conv2d.h"
#include "kernels/conv/conv2d_norm.h"
#include "kernels/linear/linear.h"
#include "kernels/loss/abs_sum.h"
#include "kernels/loss/correct_count.h"
#include "kernels/loss/log_softmax.h"
#include "kernels/loss/nll_loss.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/norm/group_norm.h"
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/layer_norm_pixel.h"
#include "kernels/norm/rms_norm.h"
#include "kernels/optim/adam.h"
#include "kernels/optim/sgd.h"
#include "kernels/pool/avg_pool2d.h"
#include "kernels/pool/global_avg_pool.h"
#include "kernels/pool/max_pool2d.h"
#include "kernels/random/dropout.h"

namespace norma {

struct Cost {
  double bytes = 0;
  double flops = 0;  ///< additions and multiplications; 0 where memory alone is the limit
};

namespace detail {

/// `count` numbers of type T, as many of them 64-bit integers as `whole`.
template <class T>
Cost numbers(std::int64_t count, std::int64_t whole = 0) {
  return {static_cast<double>(count) * sizeof(T) + static_cast<double>(whole) * 8, 0};
}

template <class T>
Cost convolution(const Conv2dShape& s) {
  const std::int64_t x = s.n * s.c * s.h * s.w, y = s.n * s.k * s.out_h() * s.out_w(),
                     weight = s.k * s.c * s.kernel_h * s.kernel_w;
  const auto multiply_adds = static_cast<double>(y * s.c * s.kernel_h * s.kernel_w);
  return {numbers<T>(x + y + weight).bytes, 2 * multiply_adds};
}

/// Input and output of a pool, and a place for each output where that is wanted.
template <class T>
Cost pool(const PoolShape& s, bool places) {
  const std::int64_t outputs = s.planes * s.out_h() * s.out_w();
  return numbers<T>(s.planes * s.h * s.w + outputs, places ? outputs : 0);
}

}  // namespace detail

// clang-format off
template <class T> Cost cost_of(const Conv2dForward<T>& a)        { return detail::convolution<T>(a.s); }
template <class T> Cost cost_of(const Conv2dBackwardData<T>& a)   { return detail::convolution<T>(a.s); }
template <class T> Cost cost_of(const Conv2dBackwardWeight<T>& a) { return detail::convolution<T>(a.s); }
// What the norm reads, the convolution has just written; y goes to memory, and z where it is another array, as
// in training (and in an example without arrays).
template <class T> Cost cost_of(const Conv2dNormForward<T>& a) {
  const Conv2dShape& s = a.conv.s;
  const bool keeps_z = std::visit([&](const auto& norm) { return norm.y != a.conv.y || norm.y == nullptr; }, a.norm);
  const Cost conv = detail::convolution<T>(s);
  return {conv.bytes + detail::numbers<T>(keeps_z ? s.n * s.k * s.out_h() * s.out_w() : 0).bytes, conv.flops};
}
template <class T> Cost cost_of(const MaxPool2dForward<T>& a)     { return detail::pool<T>(a.s, true); }
template <class T> Cost cost_of(const MaxPool2dBackward<T>& a)    { return detail::pool<T>(a.s, true); }
template <class T> Cost cost_of(const AvgPool2dForward<T>& a)     { return detail::pool<T>(a.s, false); }
template <class T> Cost cost_of(const AvgPool2dBackward<T>& a)    { return detail::pool<T>(a.s, false); }
template <class T> Cost cost_of(const GlobalAvgPoolForward<T>& a)  { return detail::numbers<T>(a.planes * (a.hw + 1)); }
template <class T> Cost cost_of(const GlobalAvgPoolBackward<T>& a) { return detail::numbers<T>(a.planes * (a.hw + 1)); }
// Norms: forward reads x and writes y, backward reads dy and x and writes dx.
template <class T> Cost cost_of(const BatchNormForward<T>& a)       { return detail::numbers<T>(2 * a.n * a.c * a.hw); }
template <class T> Cost cost_of(const BatchNormBackward<T>& a)      { return detail::numbers<T>(3 * a.n * a.c * a.hw); }
template <class T> Cost cost_of(const GroupNormForward<T>& a)       { return detail::numbers<T>(2 * a.n * a.c * a.hw); }
template <class T> Cost cost_of(const GroupNormBackward<T>& a)      { return detail::numbers<T>(3 * a.n * a.c * a.hw); }
template <class T> Cost cost_of(const LayerNormForward<T>& a)       { return detail::numbers<T>(2 * a.rows * a.m); }
template <class T> Cost cost_of(const LayerNormBackward<T>& a)      { return detail::numbers<T>(3 * a.rows * a.m); }
template <class T> Cost cost_of(const LayerNormPixelForward<T>& a)  { return detail::numbers<T>(2 * a.n * a.c * a.hw); }
template <class T> Cost cost_of(const LayerNormPixelBackward<T>& a) { return detail::numbers<T>(3 * a.n * a.c * a.hw); }
template <class T> Cost cost_of(const RmsNormForward<T>& a)         { return detail::numbers<T>(2 * a.n * a.c * a.hw); }
template <class T> Cost cost_of(const RmsNormBackward<T>& a)        { return detail::numbers<T>(3 * a.n * a.c * a.hw); }
template <class T> Cost cost_of(const ReluForward<T>& a)  { return detail::numbers<T>(2 * a.count); }
template <class T> Cost cost_of(const ReluBackward<T>& a) { return detail::numbers<T>(3 * a.count); }
template <class T> Cost cost_of(const Add<T>& a)          { return detail::numbers<T>(3 * a.count); }
template <class T> Cost cost_of(const Fill<T>& a)         { return detail::numbers<T>(a.count); }
template <class T> Cost cost_of(const DropElements<T>& a) { return detail::numbers<T>(2 * a.count); }
template <class T> Cost cost_of(const LinearForward<T>& a) {
  return {detail::numbers<T>(a.n * a.in + a.out * a.in + a.n * a.out).bytes, 2.0 * static_cast<double>(a.n * a.in * a.out)};
}
template <class T> Cost cost_of(const LinearBackward<T>& a) {  // dx and dweight: two products
  return {detail::numbers<T>(2 * (a.n * a.in + a.out * a.in) + a.n * a.out).bytes, 4.0 * static_cast<double>(a.n * a.in * a.out)};
}
template <class T> Cost cost_of(const LogSoftmaxForward<T>& a)  { return detail::numbers<T>(2 * a.rows * a.classes); }
template <class T> Cost cost_of(const LogSoftmaxBackward<T>& a) { return detail::numbers<T>(3 * a.rows * a.classes); }
template <class T> Cost cost_of(const NllLossForward<T>& a)  { return detail::numbers<T>(a.rows * (a.label_smoothing == 0 ? 1 : a.classes) + 1, a.rows); }
template <class T> Cost cost_of(const NllLossBackward<T>& a) { return detail::numbers<T>(a.rows * a.classes + 1, a.rows); }
template <class T> Cost cost_of(const CorrectCount<T>& a)    { return detail::numbers<T>(a.rows * a.classes, a.rows + 1); }
template <class T> Cost cost_of(const AbsSumForward<T>& a)   { return detail::numbers<T>(a.count + 1); }
template <class T> Cost cost_of(const AbsSumBackward<T>& a)  { return detail::numbers<T>(2 * a.count + 1); }
template <class T> Cost cost_of(const SgdStep<T>& a)  { return detail::numbers<T>((a.momentum == 0 ? 3 : 5) * a.count); }
template <class T> Cost cost_of(const AdamStep<T>& a) { return detail::numbers<T>(7 * a.count); }
template <class T> Cost cost_of(const LoadImages<T>& a) {
  return {detail::numbers<T>(a.n * a.c * a.h * a.w, a.n).bytes + static_cast<double>(a.n * a.c * a.h * a.w), 0};
}
// clang-format on

}  // namespace norma
