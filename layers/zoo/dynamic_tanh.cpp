#include "layers/zoo/dynamic_tanh.h"

namespace norma {

using namespace functional;

DynamicTanh2d::DynamicTanh2d(std::int64_t num_channels, double first_alpha)
    : ComposedNorm(num_channels),
      alpha(constant_parameter({1}, first_alpha)),
      weight(constant_parameter({num_channels}, 1)),
      bias(constant_parameter({num_channels}, 0)),
      first_alpha_(first_alpha) {
  register_parameter("alpha", alpha);
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor DynamicTanh2d::compute(const Tensor& x) {
  return scale_and_shift(functional::tanh(x * over_images(alpha)), weight, bias);
}

std::string DynamicTanh2d::description() const {
  return fmt::format("DynamicTanh2d({}, alpha={})", num_channels(), first_alpha_);
}

}  // namespace norma
