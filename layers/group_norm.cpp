#include "layers/group_norm.h"

#include "layers/functional/group_norm.h"

namespace norma {

std::string possible_groups(std::int64_t channels) {
  std::string text;
  for (std::int64_t g = 1; g <= channels; ++g)
    if (channels % g == 0) text += (g == 1 ? "" : g == channels ? " or " : ", ") + std::to_string(g);
  return text;
}

GroupNorm::GroupNorm(std::int64_t num_groups, std::int64_t num_channels, double eps, bool affine)
    : num_groups_(num_groups), num_channels_(num_channels), eps_(eps) {
  if (num_groups < 1 || num_channels < 1 || num_channels % num_groups != 0)
    fail("GroupNorm: {} channels do not divide into {} groups; use {}", num_channels, num_groups,
         possible_groups(num_channels));
  if (affine) {
    weight = constant_parameter({num_channels}, 1);
    bias = constant_parameter({num_channels}, 0);
  }
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor GroupNorm::normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) {
  if (x.shape().rank() != 4 || x.size(1) != num_channels_)
    fail("takes images [N, {}, H, W], not {}", num_channels_, x.shape().to_string());
  return functional::group_norm(x, num_groups_, weight, bias, eps_, after, before);
}

std::string GroupNorm::description() const {
  return fmt::format("GroupNorm({}, {}, eps={}, affine={})", num_groups_, num_channels_, eps_,
                     weight.defined() ? "True" : "False");
}

}  // namespace norma
