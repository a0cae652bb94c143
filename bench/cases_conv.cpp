// Cases that arithmetic binds: convolution and the linear layer.
#include "bench/numbers.h"
#include "bench/sizes.h"
#include "kernels/table.h"

namespace norma {
namespace {

std::string size_text(const Conv2dShape& s) {
  return fmt::format("{}×{}×{}×{} → {}, {}×{}", s.n, s.c, s.h, s.w, s.k, s.kernel_h, s.kernel_w);
}

std::string peer_text(const char* operation, const Conv2dShape& s) {
  return fmt::format("{} n={} c={} h={} w={} k={} kernel={} stride={} pad={}", operation, s.n, s.c, s.h, s.w,
                     s.k, s.kernel_h, s.stride_h, s.pad_h);
}

double multiply_adds(const Conv2dShape& s) {
  return static_cast<double>(s.n * s.k * s.out_h() * s.out_w() * s.c * s.kernel_h * s.kernel_w);
}

template <class F>
Case conv2d_case(const char* operation, const Conv2dShape& s, F f) {
  const double effort = multiply_adds(s);
  return {.operation = operation,
          .where = "",
          .size = size_text(s),
          .batch = s.n,
          .flops = 2 * effort,
          .reference_effort = effort,
          .peer = peer_text(operation, s),
          .make = made_by([s, f](auto v, std::int64_t batch) {
            Conv2dShape part = s;
            part.n = batch;
            return f(std::move(v), part, Shape{batch, s.c, s.h, s.w}, Shape{s.k, s.c, s.kernel_h, s.kernel_w},
                     Shape{batch, s.k, s.out_h(), s.out_w()});
          })};
}

}  // namespace

Case conv2d_forward_case(const Conv2dShape& shape) {
  return conv2d_case("conv2d_forward", shape, []<class T>(Numbers<T> v, auto s, auto x, auto weight, auto y) {
    const Conv2dForward<T> args{s, v.input(x), v.input(weight), nullptr, v.output(y)};
    return v.work([args](Device d) { kernels<T>.conv2d_forward(d, args); });
  });
}

Case conv2d_backward_data_case(const Conv2dShape& shape) {
  return conv2d_case("conv2d_backward_data", shape,
                     []<class T>(Numbers<T> v, auto s, auto x, auto weight, auto y) {
                       const Conv2dBackwardData<T> args{s, v.input(y), v.input(weight), v.output(x)};
                       return v.work([args](Device d) { kernels<T>.conv2d_backward_data(d, args); });
                     });
}

Case conv2d_backward_weight_case(const Conv2dShape& shape) {
  return conv2d_case(
      "conv2d_backward_weight", shape, []<class T>(Numbers<T> v, auto s, auto x, auto weight, auto y) {
        const Conv2dBackwardWeight<T> args{s, v.input(y), v.input(x), v.output(weight), nullptr};
        return v.work([args](Device d) { kernels<T>.conv2d_backward_weight(d, args); });
      });
}

Case conv2d_norm_case(const Conv2dShape& shape, std::int64_t groups) {
  Case c = conv2d_case(
      "conv2d_norm_forward", shape, [groups]<class T>(Numbers<T> v, auto s, auto x, auto weight, auto y) {
        const Shape channels{s.k}, sets{s.n, groups};
        T *const out = v.output(y), *const z = v.output(y);
        const GroupNormForward<T> norm{.n = s.n,
                                       .c = s.k,
                                       .hw = s.out_h() * s.out_w(),
                                       .groups = groups,
                                       .eps = 1e-5,
                                       .x = z,
                                       .weight = v.input(channels),
                                       .bias = v.input(channels),
                                       .y = out,
                                       .mean = v.template output<double>(sets),
                                       .rstd = v.template output<double>(sets),
                                       .after = {.relu = true, .p = 0.05, .random = {.seed = 1}}};
        const Conv2dNormForward<T> args{{s, v.input(x), v.input(weight), nullptr, z}, norm};
        return v.work([args](Device d) { kernels<T>.conv2d_norm_forward(d, args); });
      });
  c.size += fmt::format(", G={}", groups);
  c.peer += fmt::format(" groups={}", groups);
  c.note = "Convolution, group norm, ReLU and channel dropout at once; PyTorch, one after the other.";
  return c;
}

Case linear_case(Direction direction, std::int64_t n, std::int64_t in, std::int64_t out) {
  const bool forward = direction == Direction::forward;
  const double effort = static_cast<double>(n * in * out) * (forward ? 1 : 2);  // dx and dweight
  Case c{.operation = forward ? "linear_forward" : "linear_backward",
         .where = "",
         .size = fmt::format("{}×{} → {}", n, in, out),
         .batch = n,
         .flops = 2 * effort,
         .reference_effort = effort,
         .peer = fmt::format("{} n={} c={} k={}", forward ? "linear_forward" : "linear_backward", n, in, out),
         .make = {}};
  if (forward)
    c.make = made_by([in, out]<class T>(Numbers<T> v, std::int64_t rows) {
      const LinearForward<T> args{
          rows, in, out, v.input({rows, in}), v.input({out, in}), v.input({out}), v.output({rows, out})};
      return v.work([args](Device d) { kernels<T>.linear_forward(d, args); });
    });
  else
    c.make = made_by([in, out]<class T>(Numbers<T> v, std::int64_t rows) {
      const LinearBackward<T> args{rows,
                                   in,
                                   out,
                                   v.input({rows, out}),
                                   v.input({rows, in}),
                                   v.input({out, in}),
                                   v.output({rows, in}),
                                   v.output({out, in}),
                                   v.output({out})};
      return v.work([args](Device d) { kernels<T>.linear_backward(d, args); });
    });
  return c;
}

}  // namespace norma
