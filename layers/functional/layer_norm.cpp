#include "layers/functional/layer_norm.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"
#include "layers/functional/definitions.h"
#include "layers/functional/norm_call.h"

namespace norma::functional {

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps, const Epilogue& after, const Conv2dCall* before) {
  const int outer = x.shape().rank() - normalized_shape.rank();
  if (normalized_shape.rank() < 1 || outer < 0 ||
      !std::equal(normalized_shape.begin(), normalized_shape.end(), x.shape().begin() + outer))
    fail("layer_norm over {} takes inputs that end in it, not {}", normalized_shape.to_string(),
         x.shape().to_string());
  if (x.numel() == 0) fail("layer_norm got an empty tensor of shape {}", x.shape().to_string());
  if (bias.defined() && !weight.defined())  // the kernels know both or none
    return layer_norm(x, normalized_shape, Tensor::full(normalized_shape, 1, x.dtype(), x.device()), bias,
                      eps, after, before);
  if (after.relu) check_images("layer_norm with an epilogue", x);
  const std::int64_t plane = after.relu ? x.size(2) * x.size(3) : 1;
  const std::int64_t m = normalized_shape.numel(), rows = x.numel() / m;
  check_parameter("layer_norm", "weight", weight, normalized_shape, x);
  check_parameter("layer_norm", "bias", bias, normalized_shape, x);
  check_epilogue("layer_norm", after);

  return dispatch_float("layer_norm", x.dtype(), [&]<class T>() {
    const Tensor y = norm_output(x, before, {x, weight, bias});
    const Tensor mean = Tensor::empty({rows}, dtype_of<stat_t>, x.device()), rstd = Tensor::empty_like(mean);
    call_norm(kernels<T>.layer_norm_forward, x.device(),
              {rows, m, eps, x.data<T>(), weight.data<T>(), bias.data<T>(), y.data<T>(), mean.data<double>(),
               rstd.data<double>(), after, plane},
              before);
    return record(
        "layer_norm", y, {x, weight, bias},
        [=, need_dx = x.requires_grad(),
         need_affine = weight.requires_grad() || bias.requires_grad()](const Tensor& dy) -> Gradients {
          if (needs_gradient({dy, x, weight, bias}))  // of a second derivative
            return recorded_gradients({x, weight, bias}, dy, [&](const std::vector<Tensor>& t) {
              return definition::layer_norm(t[0], m, t[1], t[2], eps);
            });
          const Tensor dx = gradient_for(x, need_dx), dweight = gradient_for(weight, need_affine);
          const Tensor dbias = gradient_for(weight, need_affine);
          kernels<T>.layer_norm_backward(
              x.device(),
              {rows, m, dy.data<T>(), x.data<T>(), weight.data<T>(), mean.data<double>(), rstd.data<double>(),
               dx.data<T>(), dweight.data<T>(), dbias.data<T>(), after, plane, bias.data<T>()});
          return {dx, dweight, bias.defined() ? dbias : Tensor()};
        },
        order_of(after));
  });
}

}  // namespace norma::functional
