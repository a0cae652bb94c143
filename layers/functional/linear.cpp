#include "layers/functional/linear.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/reshape.h"

namespace norma::functional {

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (weight.shape().rank() != 2) fail("linear takes a weight [out, in], not {}", weight.shape().to_string());
  const std::int64_t out = weight.size(0), in = weight.size(1);
  if (x.shape().rank() != 2 || x.size(1) != in)
    fail("linear with a weight {} takes an input [N, {}], not {}", weight.shape().to_string(), in,
         x.shape().to_string());
  check_parameter("linear", "weight", weight, {out, in}, x);
  check_parameter("linear", "bias", bias, {out}, x);

  return dispatch_float("linear", x.dtype(), [&]<class T>() {
    const std::int64_t n = x.size(0);
    const Tensor y = Tensor::empty({n, out}, x.dtype(), x.device());
    kernels<T>.linear_forward(x.device(),
                              {n, in, out, x.data<T>(), weight.data<T>(), bias.data<T>(), y.data<T>()});
    return record(
        "linear", y, {x, weight, bias},
        [=, need_dx = x.requires_grad(),
         need_dweight = weight.requires_grad()](const Tensor& dy) -> Gradients {
          if (needs_gradient(
                  {dy, x, weight}))  // of a second derivative: a 1×1 convolution of images of a pixel
            return recorded_gradients({x, weight, bias}, dy, [&](const std::vector<Tensor>& t) {
              return reshape(conv2d(reshape(t[0], {n, in, 1, 1}), reshape(t[1], {out, in, 1, 1}), t[2]),
                             {n, out});
            });
          const Tensor dx = gradient_for(x, need_dx), dweight = gradient_for(weight, need_dweight);
          const Tensor dbias = gradient_for(bias, bias.defined());
          kernels<T>.linear_backward(x.device(), {n, in, out, dy.data<T>(), x.data<T>(), weight.data<T>(),
                                                  dx.data<T>(), dweight.data<T>(), dbias.data<T>()});
          return {dx, dweight, dbias};
        },
        Order::twice);
  });
}

}  // namespace norma::functional
