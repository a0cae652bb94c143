#include "layers/rms_norm.h"

#include "layers/functional/rms_norm.h"

namespace norma {

RMSNorm2d::RMSNorm2d(std::int64_t num_channels, double eps, bool affine)
    : num_channels_(num_channels), eps_(eps) {
  if (num_channels < 1) fail("RMSNorm2d takes at least 1 channel, not {}", num_channels);
  if (affine) weight = constant_parameter({num_channels}, 1);
  register_parameter("weight", weight);
}

Tensor RMSNorm2d::normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) {
  if (x.shape().rank() != 4 || x.size(1) != num_channels_)
    fail("takes images [N, {}, H, W], not {}", num_channels_, x.shape().to_string());
  return functional::rms_norm(x, weight, eps_, after, before);
}

std::string RMSNorm2d::description() const {
  return fmt::format("RMSNorm2d({}, eps={}, affine={})", num_channels_, eps_,
                     weight.defined() ? "True" : "False");
}

}  // namespace norma
