#include "layers/zoo/filter_response_norm.h"

namespace norma {

using namespace functional;

FilterResponseNorm2d::FilterResponseNorm2d(std::int64_t num_channels, double eps)
    : ComposedNorm(num_channels),
      weight(constant_parameter({num_channels}, 1)),
      bias(constant_parameter({num_channels}, 0)),
      tau(constant_parameter({num_channels}, 0)),
      eps_(eps) {
  register_parameter("weight", weight);
  register_parameter("bias", bias);
  register_parameter("tau", tau);
}

Tensor FilterResponseNorm2d::compute(const Tensor& x) {
  const Tensor xhat = x * rsqrt(mean(square(x), {2, 3}), eps_);
  return maximum(scale_and_shift(xhat, weight, bias), over_images(tau));
}

std::string FilterResponseNorm2d::description() const {
  return fmt::format("FilterResponseNorm2d({}, eps={})", num_channels(), eps_);
}

}  // namespace norma
