#include "layers/functional/instance_norm.h"

#include "core/autograd.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/checks.h"
#include "layers/functional/group_norm.h"

namespace norma::functional {
namespace {

// Seen as one image of N·C channels, batch norm with momentum 1 yields every instance's mean and variance.
void update_running(const Tensor& x, const Tensor& running_mean, const Tensor& running_var, double momentum,
                    double eps) {
  const NoGrad no_grad;
  const std::int64_t n = x.size(0), c = x.size(1);
  Tensor mean = Tensor::zeros({n * c}, x.dtype(), x.device()), var = mean.clone();
  batch_norm(x.view({1, n * c, x.size(2), x.size(3)}), mean, var, {}, {}, true, 1.0, eps);
  for (const auto& [running, batch] : {std::pair{running_mean, mean}, std::pair{running_var, var}}) {
    std::vector<double> values = running.to_vector<double>();
    const std::vector<double> instances = batch.to_vector<double>();
    for (std::int64_t i = 0; i < c; ++i) {
      double sum = 0;
      for (std::int64_t k = 0; k < n; ++k) sum += instances[k * c + i];
      values[i] = (1 - momentum) * values[i] + momentum * sum / static_cast<double>(n);
    }
    Tensor(running).copy_from(Tensor::from(values, running.shape(), running.device()));
  }
}

}  // namespace

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, bool use_input_stats, double momentum,
                     double eps, const Epilogue& after, const Conv2dCall* before) {
  check_images("instance_norm", x);
  if (!use_input_stats)
    return batch_norm(x, running_mean, running_var, weight, bias, false, momentum, eps, after, before);
  if (x.size(2) * x.size(3) == 1)
    fail("instance norm needs more than one pixel per channel, but its input is {}", x.shape().to_string());
  if (running_mean.defined() && before != nullptr)
    fail("instance norm that updates its running statistics needs all images before it can begin");
  if (running_mean.defined()) update_running(x, running_mean, running_var, momentum, eps);
  return group_norm(x, x.size(1), weight, bias, eps, after, before);
}

}  // namespace norma::functional
