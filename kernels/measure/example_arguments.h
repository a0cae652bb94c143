// The arguments of every operation for a setting. bench_kernels, simt_profile and the tests use them. Arrays
// are made in the order of the argument struct and have its names. A new operation adds a function here.
#pragma once

#include "kernels/measure/example_arrays.h"
#include "kernels/measure/examples.h"
#include "kernels/table.h"

namespace norma::example_arguments {

/// Picks a function below.
template <class Args>
struct Of {};

using A = ExampleArrays&;
using S = const ExampleSetting&;

constexpr double eps = 1e-5, penalty = 1e-3;
constexpr double low = -0.5, high = 1.5;  // of x of a norm: a mean of 0 would be nothing but rounding

/// N, C, H, W of the setting, and products of them.
struct Sizes {
  std::int64_t n, c, h, w, hw, chw, all;
  explicit Sizes(S s)
      : n((*s.shape)[0]),
        c((*s.shape)[1]),
        h((*s.shape)[2]),
        w((*s.shape)[3]),
        hw(h * w),
        chw(c * hw),
        all(n * chw) {}
};

// ── Convolution and linear ─────────────────────────────────────────────────────────────────────────────────

template <class T>
Conv2dForward<T> example(Of<Conv2dForward<T>>, A a, S s) {
  const Conv2dShape c = conv_shape(s);
  return {c,
          a.in<T>("x", c.x_size()),
          a.in<T>("weight", c.weight_size()),
          s.conv_bias ? a.in<T>("bias", c.k) : nullptr,
          a.out<T>("y", c.y_size()),
          s.precision};
}
template <class T>
Conv2dBackwardData<T> example(Of<Conv2dBackwardData<T>>, A a, S s) {
  const Conv2dShape c = conv_shape(s);
  return {c, a.in<T>("dy", c.y_size()), a.in<T>("weight", c.weight_size()), a.out<T>("dx", c.x_size()),
          s.precision};
}
template <class T>
Conv2dBackwardWeight<T> example(Of<Conv2dBackwardWeight<T>>, A a, S s) {
  const Conv2dShape c = conv_shape(s);
  return {c,
          a.in<T>("dy", c.y_size()),
          a.in<T>("x", c.x_size()),
          a.out<T>("dweight", c.weight_size()),
          s.conv_bias ? a.out<T>("dbias", c.k) : nullptr,
          s.precision};
}
template <class T>
LinearForward<T> example(Of<LinearForward<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).n, in = Sizes(s).chw, out = s.out_channels.value_or(10);
  return {n,
          in,
          out,
          a.in<T>("x", n * in),
          a.in<T>("weight", out * in),
          a.in<T>("bias", out),
          a.out<T>("y", n * out)};
}
template <class T>
LinearBackward<T> example(Of<LinearBackward<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).n, in = Sizes(s).chw, out = s.out_channels.value_or(10);
  return {n,
          in,
          out,
          a.in<T>("dy", n * out),
          a.in<T>("x", n * in),
          a.in<T>("weight", out * in),
          a.out<T>("dx", n * in),
          a.out<T>("dweight", out * in),
          a.out<T>("dbias", out)};
}

// ── Pooling ────────────────────────────────────────────────────────────────────────────────────────────────

inline std::int64_t inputs(const PoolShape& s) { return s.planes * s.h * s.w; }
inline std::int64_t outputs(const PoolShape& s) { return s.planes * s.out_h() * s.out_w(); }

template <class T>
MaxPool2dForward<T> example(Of<MaxPool2dForward<T>>, A a, S s) {
  const PoolShape p = pool_shape(s);
  return {p, a.in<T>("x", inputs(p)), a.out<T>("y", outputs(p)), a.out<std::int64_t>("index", outputs(p))};
}
template <class T>
MaxPool2dBackward<T> example(Of<MaxPool2dBackward<T>>, A a, S s) {
  const PoolShape p = pool_shape(s);
  const T* const x = a.hidden_in<T>(inputs(p));
  const T* const dy = a.in<T>("dy", outputs(p));
  std::int64_t* const index = a.result<std::int64_t>("index", outputs(p));
  a.before(kernels<T>.max_pool2d_forward, {p, x, a.hidden<T>(outputs(p)), index});
  return {p, dy, index, a.out<T>("dx", inputs(p))};
}
template <class T>
MaxPool2dGather<T> example(Of<MaxPool2dGather<T>>, A a, S s) {
  const PoolShape p = pool_shape(s);
  const T* const x = a.hidden_in<T>(inputs(p));
  const T* const u = a.in<T>("u", inputs(p));
  std::int64_t* const index = a.result<std::int64_t>("index", outputs(p));
  a.before(kernels<T>.max_pool2d_forward, {p, x, a.hidden<T>(outputs(p)), index});
  return {p, u, index, a.out<T>("y", outputs(p))};
}
template <class T>
AvgPool2dForward<T> example(Of<AvgPool2dForward<T>>, A a, S s) {
  const PoolShape p = pool_shape(s);
  return {p, true, a.in<T>("x", inputs(p)), a.out<T>("y", outputs(p))};
}
template <class T>
AvgPool2dBackward<T> example(Of<AvgPool2dBackward<T>>, A a, S s) {
  const PoolShape p = pool_shape(s);
  return {p, true, a.in<T>("dy", outputs(p)), a.out<T>("dx", inputs(p))};
}
template <class T>
GlobalAvgPoolForward<T> example(Of<GlobalAvgPoolForward<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n * z.c, z.hw, a.in<T>("x", z.all), a.out<T>("y", z.n * z.c)};
}
template <class T>
GlobalAvgPoolBackward<T> example(Of<GlobalAvgPoolBackward<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n * z.c, z.hw, a.in<T>("dy", z.n * z.c), a.out<T>("dx", z.all)};
}

// ── Norms. Backward takes mean and rstd from the forward operation ─────────────────────────────────────────

template <class T>
BatchNormForward<T> example(Of<BatchNormForward<T>>, A a, S s) {
  const Sizes z(s);
  const auto running = [&](const char* name, double from, double to) {
    // Running statistics are written in training only; the struct has one pointer for both.
    return s.eval ? const_cast<T*>(a.in<T>(name, z.c, from, to)) : a.in_out<T>(name, z.c, from, to);
  };
  return {z.n,
          z.c,
          z.hw,
          eps,
          !s.eval,
          0.1,
          a.in<T>("x", z.all, low, high),
          a.in<T>("weight", z.c),
          a.in<T>("bias", z.c),
          running("running_mean", -1, 1),
          running("running_var", 0.5, 2),
          a.out<T>("y", z.all),
          a.out<stat_t>("mean", z.c),
          a.out<stat_t>("rstd", z.c)};
}
template <class T>
BatchNormBackward<T> example(Of<BatchNormBackward<T>>, A a, S s) {
  const Sizes z(s);
  const BatchNormBackward<T> args{z.n,
                                  z.c,
                                  z.hw,
                                  !s.eval,
                                  a.in<T>("dy", z.all),
                                  a.in<T>("x", z.all),
                                  a.in<T>("weight", z.c),
                                  a.result<stat_t>("mean", z.c),
                                  a.result<stat_t>("rstd", z.c),
                                  a.out<T>("dx", z.all),
                                  a.out<T>("dweight", z.c),
                                  a.out<T>("dbias", z.c)};
  a.before(kernels<T>.batch_norm_forward,
           {z.n, z.c, z.hw, eps, true, 0.1, args.x, nullptr, nullptr, nullptr, nullptr, a.hidden<T>(z.all),
            const_cast<stat_t*>(args.mean), const_cast<stat_t*>(args.rstd)});
  return args;
}
template <class T>
LayerNormForward<T> example(Of<LayerNormForward<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n,
          z.chw,
          eps,
          a.in<T>("x", z.all, low, high),
          a.in<T>("weight", z.chw),
          a.in<T>("bias", z.chw),
          a.out<T>("y", z.all),
          a.out<stat_t>("mean", z.n),
          a.out<stat_t>("rstd", z.n)};
}
template <class T>
LayerNormBackward<T> example(Of<LayerNormBackward<T>>, A a, S s) {
  const Sizes z(s);
  const LayerNormBackward<T> args{z.n,
                                  z.chw,
                                  a.in<T>("dy", z.all),
                                  a.in<T>("x", z.all),
                                  a.in<T>("weight", z.chw),
                                  a.result<stat_t>("mean", z.n),
                                  a.result<stat_t>("rstd", z.n),
                                  a.out<T>("dx", z.all),
                                  a.out<T>("dweight", z.chw),
                                  a.out<T>("dbias", z.chw)};
  a.before(kernels<T>.layer_norm_forward, {z.n, z.chw, eps, args.x, nullptr, nullptr, a.hidden<T>(z.all),
                                           const_cast<stat_t*>(args.mean), const_cast<stat_t*>(args.rstd)});
  return args;
}
template <class T>
LayerNormPixelForward<T> example(Of<LayerNormPixelForward<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n,
          z.c,
          z.hw,
          eps,
          a.in<T>("x", z.all, low, high),
          a.in<T>("weight", z.c),
          a.in<T>("bias", z.c),
          a.out<T>("y", z.all),
          a.out<stat_t>("mean", z.n * z.hw),
          a.out<stat_t>("rstd", z.n * z.hw)};
}
template <class T>
LayerNormPixelBackward<T> example(Of<LayerNormPixelBackward<T>>, A a, S s) {
  const Sizes z(s);
  const LayerNormPixelBackward<T> args{z.n,
                                       z.c,
                                       z.hw,
                                       a.in<T>("dy", z.all),
                                       a.in<T>("x", z.all),
                                       a.in<T>("weight", z.c),
                                       a.result<stat_t>("mean", z.n * z.hw),
                                       a.result<stat_t>("rstd", z.n * z.hw),
                                       a.out<T>("dx", z.all),
                                       a.out<T>("dweight", z.c),
                                       a.out<T>("dbias", z.c)};
  a.before(kernels<T>.layer_norm_pixel_forward,
           {z.n, z.c, z.hw, eps, args.x, nullptr, nullptr, a.hidden<T>(z.all), const_cast<stat_t*>(args.mean),
            const_cast<stat_t*>(args.rstd)});
  return args;
}
template <class T>
GroupNormForward<T> example(Of<GroupNormForward<T>>, A a, S s) {
  const Sizes z(s);
  const std::int64_t g = s.groups;
  return {z.n,
          z.c,
          z.hw,
          g,
          eps,
          a.in<T>("x", z.all, low, high),
          a.in<T>("weight", z.c),
          a.in<T>("bias", z.c),
          a.out<T>("y", z.all),
          a.out<stat_t>("mean", z.n * g),
          a.out<stat_t>("rstd", z.n * g)};
}
template <class T>
GroupNormBackward<T> example(Of<GroupNormBackward<T>>, A a, S s) {
  const Sizes z(s);
  const std::int64_t g = s.groups;
  const GroupNormBackward<T> args{z.n,
                                  z.c,
                                  z.hw,
                                  g,
                                  a.in<T>("dy", z.all),
                                  a.in<T>("x", z.all),
                                  a.in<T>("weight", z.c),
                                  a.result<stat_t>("mean", z.n * g),
                                  a.result<stat_t>("rstd", z.n * g),
                                  a.out<T>("dx", z.all),
                                  a.out<T>("dweight", z.c),
                                  a.out<T>("dbias", z.c)};
  a.before(kernels<T>.group_norm_forward,
           {z.n, z.c, z.hw, g, eps, args.x, nullptr, nullptr, a.hidden<T>(z.all),
            const_cast<stat_t*>(args.mean), const_cast<stat_t*>(args.rstd)});
  return args;
}

/// A block of a network: convolution, group norm, ReLU and channel dropout.
template <class T>
Conv2dNormForward<T> example(Of<Conv2dNormForward<T>>, A a, S s) {
  const Conv2dShape c = conv_shape(s);
  const Conv2dForward<T> conv{c,       a.in<T>("x", c.x_size()),  a.in<T>("weight", c.weight_size()),
                              nullptr, a.out<T>("z", c.y_size()), s.precision};
  const GroupNormForward<T> norm{.n = c.n,
                                 .c = c.k,
                                 .hw = c.out_h() * c.out_w(),
                                 .groups = s.groups,
                                 .eps = eps,
                                 .x = conv.y,
                                 .weight = a.in<T>("norm_weight", c.k),
                                 .bias = a.in<T>("norm_bias", c.k),
                                 .y = a.out<T>("y", c.y_size()),
                                 .mean = a.out<stat_t>("mean", c.n * s.groups),
                                 .rstd = a.out<stat_t>("rstd", c.n * s.groups),
                                 .after = {.relu = true, .p = 0.05, .random = RandomSequence{1}}};
  return {conv, norm};
}
template <class T>
RmsNormForward<T> example(Of<RmsNormForward<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n,
          z.c,
          z.hw,
          eps,
          a.in<T>("x", z.all, low, high),
          a.in<T>("weight", z.c),
          a.out<T>("y", z.all),
          a.out<stat_t>("rrms", z.n)};
}
template <class T>
RmsNormBackward<T> example(Of<RmsNormBackward<T>>, A a, S s) {
  const Sizes z(s);
  const RmsNormBackward<T> args{z.n,
                                z.c,
                                z.hw,
                                a.in<T>("dy", z.all),
                                a.in<T>("x", z.all),
                                a.in<T>("weight", z.c),
                                a.result<stat_t>("rrms", z.n),
                                a.out<T>("dx", z.all),
                                a.out<T>("dweight", z.c)};
  a.before(kernels<T>.rms_norm_forward,
           {z.n, z.c, z.hw, eps, args.x, nullptr, a.hidden<T>(z.all), const_cast<stat_t*>(args.rrms)});
  return args;
}

// ── Element by element ─────────────────────────────────────────────────────────────────────────────────────

template <class T>
ReluForward<T> example(Of<ReluForward<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {n, a.in<T>("x", n), a.out<T>("y", n)};
}
template <class T>
ReluBackward<T> example(Of<ReluBackward<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {n, a.in<T>("dy", n), a.in<T>("y", n), a.out<T>("dx", n)};
}
template <class T>
Add<T> example(Of<Add<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {n, a.in<T>("a", n), a.in<T>("b", n), a.out<T>("y", n)};
}
template <class T>
Fill<T> example(Of<Fill<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {n, 1, a.out<T>("y", n)};
}
template <class T>
UnaryForward<T> example(Of<UnaryForward<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {UnaryFunction::sigmoid, n, 2, 0.5, a.in<T>("x", n), a.out<T>("y", n)};
}
template <class T>
UnaryBackward<T> example(Of<UnaryBackward<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {UnaryFunction::sigmoid, n, 2, 0.5, a.in<T>("dy", n), a.in<T>("x", n), a.out<T>("dx", n)};
}
/// A number per channel.
inline Repeat per_channel(S s) { return {1, Sizes(s).n, Sizes(s).c, Sizes(s).hw}; }
template <class T>
Combine<T> example(Of<Combine<T>>, A a, S s) {
  const Sizes z(s);
  return {CombineFunction::multiply, per_channel(s), a.in<T>("x", z.all), a.in<T>("v", z.c),
          a.out<T>("y", z.all)};
}
template <class T>
Sum<T> example(Of<Sum<T>>, A a, S s) {
  const Sizes z(s);
  return {per_channel(s), a.in<T>("x", z.all), a.out<T>("y", z.c)};
}
template <class T>
DropElements<T> example(Of<DropElements<T>>, A a, S s) {
  const Sizes z(s);
  return {z.all, s.channels ? z.hw : 1, s.p, RandomSequence{1}, a.in<T>("x", z.all), a.out<T>("y", z.all)};
}
template <class T>
LoadImages<T> example(Of<LoadImages<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n,
          z.c,
          z.h,
          z.w,
          a.bytes("images", z.all),
          a.whole("indices", z.n, [&](std::int64_t i) { return z.n - 1 - i; }),
          {0.5, 0.5, 0.5, 0.5},
          {0.25, 0.25, 0.25, 0.25},
          true,
          s.padding.value_or(0),
          RandomSequence{1},
          a.out<T>("y", z.all),
          a.whole("labels", z.n, [](std::int64_t i) { return i % 10; }),
          a.out<std::int64_t>("target", z.n)};
}

/// States of steps, all zero.
inline StepState* zero_states(A a, const char* name, std::int64_t count) {
  const auto words = static_cast<std::int64_t>(sizeof(StepState) / sizeof(std::int64_t));
  const std::int64_t* const zeros = a.whole(name, count * words, [](std::int64_t) { return 0; });
  return reinterpret_cast<StepState*>(const_cast<std::int64_t*>(zeros));
}
template <class T>
BeginStep<T> example(Of<BeginStep<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).n;
  return {zero_states(a, "state", 1),
          zero_states(a, "table", 1),
          a.whole("order", n, [](std::int64_t i) { return 3 * i; }),
          n,
          n,
          a.out<std::int64_t>("indices", n)};
}
template <class T>
KeepScore<T> example(Of<KeepScore<T>>, A a, S) {
  return {a.in<T>("loss", 1), a.whole("right", 1, [](std::int64_t) { return 7; }), a.out<T>("losses", 1),
          a.out<std::int64_t>("rights", 1), 0};
}

// ── Losses and optimizers ──────────────────────────────────────────────────────────────────────────────────

/// One class per row.
inline const std::int64_t* targets(A a, const Sizes& z) {
  return a.whole("target", z.n, [&](std::int64_t i) { return i % z.chw; });
}

template <class T>
LogSoftmaxForward<T> example(Of<LogSoftmaxForward<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n, z.chw, a.in<T>("x", z.all), a.out<T>("y", z.all)};
}
template <class T>
LogSoftmaxBackward<T> example(Of<LogSoftmaxBackward<T>>, A a, S s) {
  const Sizes z(s);
  const T* const x = a.hidden_in<T>(z.all);
  const T* const dy = a.in<T>("dy", z.all);
  T* const y = a.result<T>("y", z.all);
  a.before(kernels<T>.log_softmax_forward, {z.n, z.chw, x, y});
  return {z.n, z.chw, dy, y, a.out<T>("dx", z.all)};
}
template <class T>
NllLossForward<T> example(Of<NllLossForward<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n, z.chw, s.label_smoothing, a.in<T>("x", z.all), targets(a, z), a.out<T>("loss", 1)};
}
template <class T>
NllLossBackward<T> example(Of<NllLossBackward<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n, z.chw, s.label_smoothing, a.in<T>("dloss", 1, 0.5, 1), targets(a, z), a.out<T>("dx", z.all)};
}
template <class T>
CorrectCount<T> example(Of<CorrectCount<T>>, A a, S s) {
  const Sizes z(s);
  return {z.n, z.chw, a.in<T>("x", z.all), targets(a, z), a.out<std::int64_t>("count", 1)};
}
template <class T>
AbsSumForward<T> example(Of<AbsSumForward<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {n, penalty, a.in<T>("x", n), a.out<T>("y", 1)};
}
template <class T>
AbsSumBackward<T> example(Of<AbsSumBackward<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {n, penalty, a.in<T>("dy", 1, 0.5, 1), a.in<T>("x", n), a.out<T>("dx", n)};
}
template <class T>
SgdStep<T> example(Of<SgdStep<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {0.01, 0.9,   0,
          0,    false, {{n, false, a.in<T>("grad", n), a.in_out<T>("p", n), a.in_out<T>("velocity", n)}}};
}
template <class T>
AdamStep<T> example(Of<AdamStep<T>>, A a, S s) {
  const std::int64_t n = Sizes(s).all;
  return {1e-3,
          0.9,
          0.999,
          1e-8,
          0,
          false,
          {{n, 1, a.in<T>("grad", n), a.in_out<T>("p", n), a.in_out<T>("m", n), a.in_out<T>("v", n, 0, 1)}}};
}

}  // namespace norma::example_arguments
