#include "layers/functional/batch_norm.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"
#include "layers/functional/norm_call.h"

namespace norma::functional {

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, bool training, double momentum, double eps,
                  const Epilogue& after, const Conv2dCall* before) {
  check_images("batch_norm", x);
  const std::int64_t n = x.size(0), c = x.size(1), hw = x.size(2) * x.size(3);
  check_parameter("batch_norm", "running_mean", running_mean, {c}, x);
  check_parameter("batch_norm", "running_var", running_var, {c}, x);
  check_parameter("batch_norm", "weight", weight, {c}, x);
  check_parameter("batch_norm", "bias", bias, {c}, x);
  const bool batch_statistics = training || !running_mean.defined();
  if (batch_statistics && n * hw == 1)
    fail(
        "batch norm in training needs more than one value per channel, but its input {} has one: use a batch "
        "of two or more, or another norm",
        x.shape().to_string());
  if (batch_statistics && before != nullptr)
    fail("batch norm over the statistics of the batch needs all images before it can begin");
  check_epilogue("batch_norm", after);

  return dispatch_float("batch_norm", x.dtype(), [&]<class T>() {
    const Tensor y = norm_output(x, before, {x, weight, bias});
    const Tensor mean = Tensor::empty({c}, dtype_of<stat_t>, x.device()), rstd = Tensor::empty_like(mean);
    call_norm(kernels<T>.batch_norm_forward, x.device(),
              {n, c, hw, eps, batch_statistics, momentum, x.data<T>(), weight.data<T>(), bias.data<T>(),
               running_mean.data<T>(), running_var.data<T>(), y.data<T>(), mean.data<double>(),
               rstd.data<double>(), after},
              before);
    return record(
        "batch_norm", y, {x, weight, bias},
        [=, x = x.detach(), weight = weight.detach(), bias = bias.detach(), need_dx = x.requires_grad(),
         need_affine = weight.requires_grad() || bias.requires_grad()](const Tensor& dy) -> Gradients {
          const Tensor dx = gradient_for(x, need_dx),
                       dweight = gradient_for(weight, need_affine && weight.defined());
          const Tensor dbias = gradient_for(bias, need_affine && bias.defined());
          kernels<T>.batch_norm_backward(
              x.device(),
              {n, c, hw, batch_statistics, dy.data<T>(), x.data<T>(), weight.data<T>(), mean.data<double>(),
               rstd.data<double>(), dx.data<T>(), dweight.data<T>(), dbias.data<T>(), after, bias.data<T>()});
          return {dx, dweight, dbias};
        });
  });
}

}  // namespace norma::functional
