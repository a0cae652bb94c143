#include "layers/functional/layer_norm_pixel.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"
#include "layers/functional/definitions.h"
#include "layers/functional/norm_call.h"

namespace norma::functional {

Tensor layer_norm_pixel(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps,
                        const Epilogue& after, const Conv2dCall* before) {
  check_images("layer_norm_pixel", x);
  const std::int64_t n = x.size(0), c = x.size(1), hw = x.size(2) * x.size(3);
  check_parameter("layer_norm_pixel", "weight", weight, {c}, x);
  check_parameter("layer_norm_pixel", "bias", bias, {c}, x);
  check_epilogue("layer_norm_pixel", after);

  return dispatch_float("layer_norm_pixel", x.dtype(), [&]<class T>() {
    const Tensor y = norm_output(x, before, {x, weight, bias});
    const Tensor mean = Tensor::empty({n, hw}, dtype_of<stat_t>, x.device()), rstd = Tensor::empty_like(mean);
    call_norm(kernels<T>.layer_norm_pixel_forward, x.device(),
              {n, c, hw, eps, x.data<T>(), weight.data<T>(), bias.data<T>(), y.data<T>(), mean.data<double>(),
               rstd.data<double>(), after},
              before);
    return record(
        "layer_norm_pixel", y, {x, weight, bias},
        [=, need_dx = x.requires_grad(),
         need_affine = weight.requires_grad() || bias.requires_grad()](const Tensor& dy) -> Gradients {
          if (needs_gradient({dy, x, weight, bias}))  // of a second derivative
            return recorded_gradients({x, weight, bias}, dy, [&](const std::vector<Tensor>& t) {
              return definition::layer_norm_pixel(t[0], t[1], t[2], eps);
            });
          const Tensor dx = gradient_for(x, need_dx),
                       dweight = gradient_for(weight, need_affine && weight.defined());
          const Tensor dbias = gradient_for(bias, need_affine && bias.defined());
          kernels<T>.layer_norm_pixel_backward(
              x.device(),
              {n, c, hw, dy.data<T>(), x.data<T>(), weight.data<T>(), mean.data<double>(),
               rstd.data<double>(), dx.data<T>(), dweight.data<T>(), dbias.data<T>(), after, bias.data<T>()});
          return {dx, dweight, dbias};
        },
        order_of(after));
  });
}

}  // namespace norma::functional
