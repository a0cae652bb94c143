#include "layers/zoo/evo_norm.h"

namespace norma {

using namespace functional;

EvoNorm2dS0::EvoNorm2dS0(std::int64_t num_groups, std::int64_t num_channels, double eps)
    : ComposedNorm(num_channels),
      weight(constant_parameter({num_channels}, 1)),
      bias(constant_parameter({num_channels}, 0)),
      v(constant_parameter({num_channels}, 1)),
      num_groups_(num_groups),
      eps_(eps) {
  if (num_groups < 1 || num_channels % num_groups != 0)
    fail("EvoNorm2dS0: {} channels do not divide into {} groups", num_channels, num_groups);
  register_parameter("weight", weight);
  register_parameter("bias", bias);
  register_parameter("v", v);
}

Tensor EvoNorm2dS0::compute(const Tensor& x) {
  const Shape groups{x.size(0), num_groups_, x.numel() / x.size(0) / num_groups_};
  const Tensor in_groups = reshape(x, groups);
  const Tensor variance = mean(square(in_groups - mean(in_groups, {2})), {2});
  const Tensor active = reshape(x * sigmoid(x * over_images(v)), groups);
  return scale_and_shift(reshape(active * rsqrt(variance, eps_), x.shape()), weight, bias);
}

std::string EvoNorm2dS0::description() const {
  return fmt::format("EvoNorm2dS0({}, {}, eps={})", num_groups_, num_channels(), eps_);
}

}  // namespace norma
