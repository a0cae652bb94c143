#include "layers/functional/conv2d.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"

namespace norma::functional {

Conv2dCall conv2d_call(const Tensor& x, const Tensor& weight, const Tensor& bias, Size2 stride,
                       Size2 padding) {
  check_images("conv2d", x);
  if (weight.shape().rank() != 4)
    fail("conv2d takes a weight [K, C, kernel_h, kernel_w], not {}", weight.shape().to_string());
  if (weight.size(1) != x.size(1))
    fail("conv2d with a weight {} takes {} input channels, but the input {} has {}",
         weight.shape().to_string(), weight.size(1), x.shape().to_string(), x.size(1));
  check_parameter("conv2d", "weight", weight, weight.shape(), x);
  check_parameter("conv2d", "bias", bias, {weight.size(0)}, x);
  if (stride.h < 1 || stride.w < 1 || padding.h < 0 || padding.w < 0)
    fail("conv2d takes a stride of at least 1 and a padding of at least 0");
  const Conv2dShape s{x.size(0),      x.size(1), x.size(2), x.size(3), weight.size(0), weight.size(2),
                      weight.size(3), stride.h,  stride.w,  padding.h, padding.w};
  if (s.kernel_h > s.h + 2 * s.pad_h || s.kernel_w > s.w + 2 * s.pad_w)
    fail("conv2d: a {}×{} kernel does not fit into images of {}×{} with padding {}×{}", s.kernel_h,
         s.kernel_w, s.h, s.w, s.pad_h, s.pad_w);

  return dispatch_float("conv2d", x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty({s.n, s.k, s.out_h(), s.out_w()}, x.dtype(), x.device());
    const Tensor recorded = record(
        "conv2d", y, {x, weight, bias},
        [s, x = x.detach(), weight = weight.detach(), bias = bias.detach(), need_dx = x.requires_grad(),
         need_dweight = weight.requires_grad() || bias.requires_grad()](const Tensor& dy) -> Gradients {
          const Tensor dx = gradient_for(x, need_dx), dweight = gradient_for(weight, need_dweight);
          const Tensor dbias = gradient_for(bias, need_dweight && bias.defined());
          if (need_dx)
            kernels<T>.conv2d_backward_data(x.device(), {s, dy.data<T>(), weight.data<T>(), dx.data<T>()});
          if (need_dweight)
            kernels<T>.conv2d_backward_weight(
                x.device(), {s, dy.data<T>(), x.data<T>(), dweight.data<T>(), dbias.data<T>()});
          return {dx, dweight, dbias};
        });
    return Conv2dCall{s, x.detach(), weight.detach(), bias.detach(), recorded};
  });
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, Size2 stride, Size2 padding) {
  const Conv2dCall call = conv2d_call(x, weight, bias, stride, padding);
  dispatch_float("conv2d", x.dtype(),
                 [&]<class T>() { kernels<T>.conv2d_forward(x.device(), call.args<T>()); });
  return call.y;
}

}  // namespace norma::functional
