#include "layers/functional/rms_norm.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"
#include "layers/functional/definitions.h"
#include "layers/functional/norm_call.h"

namespace norma::functional {

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps, const Epilogue& after,
                const Conv2dCall* before) {
  check_images("rms_norm", x);
  const std::int64_t n = x.size(0), c = x.size(1), hw = x.size(2) * x.size(3);
  check_parameter("rms_norm", "weight", weight, {c}, x);
  check_epilogue("rms_norm", after);

  return dispatch_float("rms_norm", x.dtype(), [&]<class T>() {
    const Tensor y = norm_output(x, before, {x, weight});
    const Tensor rrms = Tensor::empty({n}, dtype_of<stat_t>, x.device());
    call_norm(kernels<T>.rms_norm_forward, x.device(),
              {n, c, hw, eps, x.data<T>(), weight.data<T>(), y.data<T>(), rrms.data<stat_t>(), after},
              before);
    return record(
        "rms_norm", y, {x, weight},
        [=, need_dx = x.requires_grad(),
         need_affine = weight.requires_grad()](const Tensor& dy) -> Gradients {
          if (needs_gradient({dy, x, weight}))  // of a second derivative
            return recorded_gradients({x, weight}, dy, [&](const std::vector<Tensor>& t) {
              return definition::rms_norm(t[0], t[1], eps);
            });
          const Tensor dx = gradient_for(x, need_dx),
                       dweight = gradient_for(weight, need_affine && weight.defined());
          kernels<T>.rms_norm_backward(
              x.device(), {n, c, hw, dy.data<T>(), x.data<T>(), weight.data<T>(), rrms.data<stat_t>(),
                           dx.data<T>(), dweight.data<T>(), after});
          return {dx, dweight};
        },
        order_of(after));
  });
}

}  // namespace norma::functional
