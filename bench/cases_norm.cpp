// Cases of the norms. Backward takes mean and rstd from the forward operation of the same executor.
#include "bench/numbers.h"
#include "bench/sizes.h"
#include "kernels/norm/steps/steps.h"
#include "kernels/table.h"

namespace norma {
namespace {

constexpr double eps = 1e-5;
constexpr double low = -0.5, high = 1.5;  // of x: a mean of 0 would be nothing but rounding

template <class F>
Case norm_case(const std::string& norm, Direction direction, const NormSize& s, F f) {
  const std::string operation = norm + (direction == Direction::forward ? "_forward" : "_backward");
  const std::string groups = norm != "group_norm" ? ""
                             : s.groups == 1      ? ", 1 group"
                                                  : fmt::format(", {} groups", s.groups);
  return {.operation = operation,
          .where = "",
          .size = fmt::format("{}×{}×{}×{}{}", s.n, s.c, s.h, s.w, groups),
          .batch = s.n,
          .flops = 0,
          .reference_effort = static_cast<double>(s.n * s.c * s.hw()) * 5,
          .peer = fmt::format("{} n={} c={} h={} w={} groups={}", operation, s.n, s.c, s.h, s.w, s.groups),
          .make = made_by([f, s, direction](auto v, std::int64_t batch) {
            NormSize part = s;
            part.n = batch;
            return f(std::move(v), direction, part, Shape{batch, s.c, s.h, s.w});
          })};
}

}  // namespace

Case batch_norm_case(Direction which, const NormSize& size) {
  return norm_case(
      "batch_norm", which, size, []<class T>(Numbers<T> v, Direction direction, NormSize s, Shape x) {
        const Shape c{s.c};
        if (direction == Direction::forward) {
          T* const y = v.output(x);
          const BatchNormForward<T> args{s.n,
                                         s.c,
                                         s.hw(),
                                         eps,
                                         true,
                                         0.1,
                                         v.input(x, low, high),
                                         v.input(c),
                                         v.input(c),
                                         v.in_out(c),
                                         v.in_out(c, 0.5, 2),
                                         y,
                                         v.template output<double>(c),
                                         v.template output<double>(c)};
          return v.work([args](Device d) { kernels<T>.batch_norm_forward(d, args); });
        }
        double *const mean = v.template result<double>(c), *const rstd = v.template result<double>(c);
        const BatchNormBackward<T> args{s.n,        s.c,  s.hw(), true,        v.input(x),  v.input(x),
                                        v.input(c), mean, rstd,   v.output(x), v.output(c), v.output(c)};
        kernels<T>.batch_norm_forward(v.device(), {s.n, s.c, s.hw(), eps, true, 0.1, args.x, nullptr, nullptr,
                                                   nullptr, nullptr, v.hidden_output(x), mean, rstd});
        return v.work([args](Device d) { kernels<T>.batch_norm_backward(d, args); });
      });
}

namespace {

// `forward` and `backward` pick what runs on a device: the table's operation or a step on the way to it. The
// reference is the reference for both.
template <class Forward, class Backward>
Case group_norm_case_of(Direction which, const NormSize& size, Forward forward, Backward backward) {
  return norm_case(
      "group_norm", which, size,
      [forward, backward]<class T>(Numbers<T> v, Direction direction, NormSize s, Shape x) {
        const Shape c{s.c}, sets{s.n, s.groups};
        if (direction == Direction::forward) {
          const GroupNormForward<T> args{s.n,
                                         s.c,
                                         s.hw(),
                                         s.groups,
                                         eps,
                                         v.input(x, low, high),
                                         v.input(c),
                                         v.input(c),
                                         v.output(x),
                                         v.template output<double>(sets),
                                         v.template output<double>(sets)};
          return v.work([args, forward](Device d) { forward(d, args); });
        }
        double *const mean = v.template result<double>(sets), *const rstd = v.template result<double>(sets);
        const GroupNormBackward<T> args{s.n,        s.c,  s.hw(), s.groups,    v.input(x),  v.input(x),
                                        v.input(c), mean, rstd,   v.output(x), v.output(c), v.output(c)};
        kernels<T>.group_norm_forward(v.device(), {s.n, s.c, s.hw(), s.groups, eps, args.x, nullptr, nullptr,
                                                   v.hidden_output(x), mean, rstd});
        return v.work([args, backward](Device d) { backward(d, args); });
      });
}

}  // namespace

Case group_norm_case(Direction which, const NormSize& size) {
  return group_norm_case_of(
      which, size,
      []<class T>(Device d, const GroupNormForward<T>& args) { kernels<T>.group_norm_forward(d, args); },
      []<class T>(Device d, const GroupNormBackward<T>& args) { kernels<T>.group_norm_backward(d, args); });
}

Case group_norm_step_case(Direction which, const NormSize& size, std::size_t step) {
  return group_norm_case_of(
      which, size,
      [step]<class T>(Device d, const GroupNormForward<T>& args) {
        if (d == Device::reference) return kernels<T>.group_norm_forward(d, args);
        group_norm_forward_steps<T>()[step].operation(d, args);
      },
      [step]<class T>(Device d, const GroupNormBackward<T>& args) {
        if (d == Device::reference) return kernels<T>.group_norm_backward(d, args);
        group_norm_backward_steps<T>()[step].operation(d, args);
      });
}

Case layer_norm_case(Direction which, const NormSize& size) {
  return norm_case(
      "layer_norm", which, size, []<class T>(Numbers<T> v, Direction direction, NormSize s, Shape x) {
        const std::int64_t m = s.c * s.hw();
        const Shape weight{m}, sets{s.n};
        if (direction == Direction::forward) {
          const LayerNormForward<T> args{s.n,
                                         m,
                                         eps,
                                         v.input(x, low, high),
                                         v.input(weight),
                                         v.input(weight),
                                         v.output(x),
                                         v.template output<double>(sets),
                                         v.template output<double>(sets)};
          return v.work([args](Device d) { kernels<T>.layer_norm_forward(d, args); });
        }
        double *const mean = v.template result<double>(sets), *const rstd = v.template result<double>(sets);
        const LayerNormBackward<T> args{s.n,  m,    v.input(x),  v.input(x),       v.input(weight),
                                        mean, rstd, v.output(x), v.output(weight), v.output(weight)};
        kernels<T>.layer_norm_forward(
            v.device(), {s.n, m, eps, args.x, nullptr, nullptr, v.hidden_output(x), mean, rstd});
        return v.work([args](Device d) { kernels<T>.layer_norm_backward(d, args); });
      });
}

Case layer_norm_pixel_case(Direction which, const NormSize& size) {
  return norm_case(
      "layer_norm_pixel", which, size, []<class T>(Numbers<T> v, Direction direction, NormSize s, Shape x) {
        const Shape c{s.c}, sets{s.n, s.hw()};
        if (direction == Direction::forward) {
          const LayerNormPixelForward<T> args{s.n,
                                              s.c,
                                              s.hw(),
                                              eps,
                                              v.input(x, low, high),
                                              v.input(c),
                                              v.input(c),
                                              v.output(x),
                                              v.template output<double>(sets),
                                              v.template output<double>(sets)};
          return v.work([args](Device d) { kernels<T>.layer_norm_pixel_forward(d, args); });
        }
        double *const mean = v.template result<double>(sets), *const rstd = v.template result<double>(sets);
        const LayerNormPixelBackward<T> args{s.n,  s.c,  s.hw(),      v.input(x),  v.input(x), v.input(c),
                                             mean, rstd, v.output(x), v.output(c), v.output(c)};
        kernels<T>.layer_norm_pixel_forward(
            v.device(), {s.n, s.c, s.hw(), eps, args.x, nullptr, nullptr, v.hidden_output(x), mean, rstd});
        return v.work([args](Device d) { kernels<T>.layer_norm_pixel_backward(d, args); });
      });
}

}  // namespace norma
