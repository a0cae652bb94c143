#include "layers/layer_norm.h"

#include "layers/functional/layer_norm.h"
#include "layers/functional/layer_norm_pixel.h"

namespace norma {

LayerNorm::LayerNorm(const Shape& normalized_shape, double eps, bool elementwise_affine)
    : normalized_shape_(normalized_shape), eps_(eps) {
  if (elementwise_affine) {
    weight = constant_parameter(normalized_shape, 1);
    bias = constant_parameter(normalized_shape, 0);
  }
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor LayerNorm::normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) {
  return functional::layer_norm(x, normalized_shape_, weight, bias, eps_, after, before);
}

std::string LayerNorm::description() const {
  const std::string sizes = normalized_shape_.to_string();
  return fmt::format("LayerNorm(({}), eps={}, elementwise_affine={})", sizes.substr(1, sizes.size() - 2),
                     eps_, weight.defined() ? "True" : "False");
}

LayerNorm2d::LayerNorm2d(std::int64_t num_channels, double eps, bool affine)
    : num_channels_(num_channels), eps_(eps) {
  if (affine) {
    weight = constant_parameter({num_channels}, 1);
    bias = constant_parameter({num_channels}, 0);
  }
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor LayerNorm2d::normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) {
  if (x.shape().rank() != 4 || x.size(1) != num_channels_)
    fail("takes images [N, {}, H, W], not {}", num_channels_, x.shape().to_string());
  return functional::layer_norm_pixel(x, weight, bias, eps_, after, before);
}

std::string LayerNorm2d::description() const {
  return fmt::format("LayerNorm2d({}, eps={}, affine={})", num_channels_, eps_,
                     weight.defined() ? "True" : "False");
}

}  // namespace norma
