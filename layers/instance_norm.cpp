#include "layers/instance_norm.h"

#include "layers/functional/instance_norm.h"

namespace norma {

InstanceNorm2d::InstanceNorm2d(std::int64_t num_features, const InstanceNorm2dOptions& options)
    : num_features_(num_features), options_(options) {
  if (options.affine) {
    weight = constant_parameter({num_features}, 1);
    bias = constant_parameter({num_features}, 0);
  }
  if (options.track_running_stats) {
    running_mean = Tensor::zeros({num_features});
    running_var = Tensor::full({num_features}, 1);
    num_batches_tracked = Tensor::zeros({}, DType::int64);
  }
  register_parameter("weight", weight);
  register_parameter("bias", bias);
  register_buffer("running_mean", running_mean);
  register_buffer("running_var", running_var);
  register_buffer("num_batches_tracked", num_batches_tracked);
}

Tensor InstanceNorm2d::normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) {
  if (x.shape().rank() != 4 || x.size(1) != num_features_)
    fail("takes images [N, {}, H, W], not {}", num_features_, x.shape().to_string());
  const bool own_statistics = is_training() || !running_mean.defined();
  // PyTorch does not count batches here either.
  return functional::instance_norm(x, running_mean, running_var, weight, bias, own_statistics,
                                   options_.momentum, options_.eps, after, before);
}

std::string InstanceNorm2d::description() const {
  return fmt::format("InstanceNorm2d({}, eps={}, momentum={}, affine={}, track_running_stats={})",
                     num_features_, options_.eps, options_.momentum, options_.affine ? "True" : "False",
                     options_.track_running_stats ? "True" : "False");
}

}  // namespace norma
