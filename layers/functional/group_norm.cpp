#include "layers/functional/group_norm.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"
#include "layers/functional/definitions.h"
#include "layers/functional/norm_call.h"

namespace norma::functional {

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias, double eps,
                  const Epilogue& after, const Conv2dCall* before) {
  check_images("group_norm", x);
  const std::int64_t n = x.size(0), c = x.size(1), hw = x.size(2) * x.size(3);
  if (groups < 1 || c % groups != 0) fail("group_norm: {} channels do not divide into {} groups", c, groups);
  if (n * c / groups * hw == 1)
    fail("group_norm needs more than one value per group, but its input {} has one in all",
         x.shape().to_string());
  check_parameter("group_norm", "weight", weight, {c}, x);
  check_parameter("group_norm", "bias", bias, {c}, x);
  check_epilogue("group_norm", after);

  return dispatch_float("group_norm", x.dtype(), [&]<class T>() {
    const Tensor y = norm_output(x, before, {x, weight, bias});
    const Tensor mean = Tensor::empty({n, groups}, dtype_of<stat_t>, x.device()),
                 rstd = Tensor::empty_like(mean);
    call_norm(kernels<T>.group_norm_forward, x.device(),
              {n, c, hw, groups, eps, x.data<T>(), weight.data<T>(), bias.data<T>(), y.data<T>(),
               mean.data<double>(), rstd.data<double>(), after},
              before);
    return record(
        "group_norm", y, {x, weight, bias},
        [=, need_dx = x.requires_grad(),
         need_affine = weight.requires_grad() || bias.requires_grad()](const Tensor& dy) -> Gradients {
          if (needs_gradient({dy, x, weight, bias}))  // of a second derivative
            return recorded_gradients({x, weight, bias}, dy, [&](const std::vector<Tensor>& t) {
              return definition::group_norm(t[0], groups, t[1], t[2], eps);
            });
          const Tensor dx = gradient_for(x, need_dx),
                       dweight = gradient_for(weight, need_affine && weight.defined());
          const Tensor dbias = gradient_for(bias, need_affine && bias.defined());
          kernels<T>.group_norm_backward(
              x.device(),
              {n, c, hw, groups, dy.data<T>(), x.data<T>(), weight.data<T>(), mean.data<double>(),
               rstd.data<double>(), dx.data<T>(), dweight.data<T>(), dbias.data<T>(), after, bias.data<T>()});
          return {dx, dweight, dbias};
        },
        order_of(after));
  });
}

}  // namespace norma::functional
