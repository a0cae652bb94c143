#include "layers/functional/conv2d.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/arithmetic.h"
#include "layers/functional/checks.h"
#include "layers/functional/reshape.h"

namespace norma::functional {
namespace {

// What a convolution and its gradients have in common.
struct Conv {
  Conv2dShape s;
  Precision precision;
};

Tensor backward_weight(const Conv& conv, const Tensor& dy, const Tensor& x);
Tensor forward(const Conv& conv, const Tensor& x, const Tensor& weight);

// Convolution is linear in x and in the weight, and so are both of its gradients: the gradients of these
// three are these three.
//
//   operation                         gradient by its first argument     by its second
//   y  = forward(x, weight)           backward_data(dy, weight)          backward_weight(dy, x)
//   dx = backward_data(dy, weight)    forward(u, weight)                 backward_weight(dy, u)
//   dw = backward_weight(dy, x)       forward(x, u)                      backward_data(dy, u)
Tensor backward_data(const Conv& conv, const Tensor& dy, const Tensor& weight) {
  const Conv2dShape& s = conv.s;
  return dispatch_float("conv2d", dy.dtype(), [&]<class T>() {
    const Tensor dx = Tensor::empty({s.n, s.c, s.h, s.w}, dy.dtype(), dy.device());
    kernels<T>.conv2d_backward_data(dy.device(),
                                    {s, dy.data<T>(), weight.data<T>(), dx.data<T>(), conv.precision});
    return record(
        "conv2d_backward_data", dx, {dy, weight},
        [=](const Tensor& u) -> Gradients {
          return {forward(conv, u, weight), backward_weight(conv, dy, u)};
        },
        Order::twice);
  });
}

Tensor backward_weight(const Conv& conv, const Tensor& dy, const Tensor& x) {
  const Conv2dShape& s = conv.s;
  return dispatch_float("conv2d", dy.dtype(), [&]<class T>() {
    const Tensor dweight =
        Tensor::empty({s.k, s.c / s.groups, s.kernel_h, s.kernel_w}, dy.dtype(), dy.device());
    kernels<T>.conv2d_backward_weight(
        dy.device(), {s, dy.data<T>(), x.data<T>(), dweight.data<T>(), nullptr, conv.precision});
    return record(
        "conv2d_backward_weight", dweight, {dy, x},
        [=](const Tensor& u) -> Gradients {
          return {forward(conv, x, u), backward_data(conv, dy, u)};
        },
        Order::twice);
  });
}

Tensor forward(const Conv& conv, const Tensor& x, const Tensor& weight) {
  const Conv2dShape& s = conv.s;
  return conv2d(x, weight, {}, {s.stride_h, s.stride_w}, {s.pad_h, s.pad_w}, {s.dilation_h, s.dilation_w},
                s.groups, conv.precision);
}

}  // namespace

Conv2dCall conv2d_call(const Tensor& x, const Tensor& weight, const Tensor& bias, Size2 stride, Size2 padding,
                       Size2 dilation, std::int64_t groups, Precision precision) {
  check_images("conv2d", x);
  if (weight.shape().rank() != 4 || weight.size(0) == 0)
    fail("conv2d takes a weight [K, C / groups, kernel_h, kernel_w] with at least one output channel, not {}",
         weight.shape().to_string());
  if (groups < 1 || weight.size(0) % groups != 0)
    fail("conv2d takes a number of groups that divides its {} output channels, not {}", weight.size(0),
         groups);
  if (weight.size(1) * groups != x.size(1))
    fail("conv2d with a weight {}{} takes {} input channels, but the input {} has {}",
         weight.shape().to_string(), groups > 1 ? fmt::format(" and {} groups", groups) : "",
         weight.size(1) * groups, x.shape().to_string(), x.size(1));
  check_parameter("conv2d", "weight", weight, weight.shape(), x);
  check_parameter("conv2d", "bias", bias, {weight.size(0)}, x);
  check_window("conv2d", {weight.size(2), weight.size(3)}, x);
  check_setting("conv2d", "stride", stride, 1);
  check_setting("conv2d", "padding", padding, 0);
  check_setting("conv2d", "dilation", dilation, 1);
  const Conv2dShape s{x.size(0),      x.size(1),      x.size(2),  x.size(3), weight.size(0),
                      weight.size(2), weight.size(3), stride.h,   stride.w,  padding.h,
                      padding.w,      dilation.h,     dilation.w, groups};
  if (s.window_h() > s.h + 2 * s.pad_h || s.window_w() > s.w + 2 * s.pad_w)
    fail("conv2d: a {}×{} kernel{} does not fit into images of {}×{} with padding {}×{}", s.kernel_h,
         s.kernel_w,
         dilation != Size2(1) ? fmt::format(", dilated to {}×{},", s.window_h(), s.window_w()) : "", s.h, s.w,
         s.pad_h, s.pad_w);
  if (precision != Precision::exact && x.dtype() != DType::float32)
    fail(
        "conv2d with the precision {} takes float32, not {}: convert the tensors, or use the precision exact",
        norma::name(precision), name(x.dtype()));

  const Conv conv{s, precision};
  return dispatch_float("conv2d", x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty({s.n, s.k, s.out_h(), s.out_w()}, x.dtype(), x.device());
    const Tensor recorded = record(
        "conv2d", y, {x, weight, bias},
        [conv, x, weight, bias, need_dx = x.requires_grad(),
         need_dweight = weight.requires_grad() || bias.requires_grad()](const Tensor& dy) -> Gradients {
          if (needs_gradient({dy, x, weight}))  // of a second derivative
            return {need_dx ? backward_data(conv, dy, weight) : Tensor(),
                    need_dweight ? backward_weight(conv, dy, x) : Tensor(),
                    bias.defined() ? reshape(sum(dy, {0, 2, 3}), bias.shape()) : Tensor()};
          const Tensor dx = gradient_for(x, need_dx), dweight = gradient_for(weight, need_dweight);
          const Tensor dbias = gradient_for(bias, need_dweight && bias.defined());
          if (need_dx)
            kernels<T>.conv2d_backward_data(
                x.device(), {conv.s, dy.data<T>(), weight.data<T>(), dx.data<T>(), conv.precision});
          if (need_dweight)
            kernels<T>.conv2d_backward_weight(
                x.device(),
                {conv.s, dy.data<T>(), x.data<T>(), dweight.data<T>(), dbias.data<T>(), conv.precision});
          return {dx, dweight, dbias};
        },
        Order::twice);
    return Conv2dCall{s, x.detach(), weight.detach(), bias.detach(), recorded, precision};
  });
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, Size2 stride, Size2 padding,
              Size2 dilation, std::int64_t groups, Precision precision) {
  const Conv2dCall call = conv2d_call(x, weight, bias, stride, padding, dilation, groups, precision);
  dispatch_float("conv2d", x.dtype(),
                 [&]<class T>() { kernels<T>.conv2d_forward(x.device(), call.args<T>()); });
  return call.y;
}

}  // namespace norma::functional
