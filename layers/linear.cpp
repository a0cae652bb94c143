#include "layers/linear.h"

#include <cmath>

#include "layers/functional/linear.h"

namespace norma {

Linear::Linear(std::int64_t in_features, std::int64_t out_features, bool with_bias) {
  if (in_features < 1 || out_features < 1) fail("Linear takes at least one feature in and out");
  const double bound = 1 / std::sqrt(static_cast<double>(in_features));
  weight = uniform_parameter({out_features, in_features}, bound);
  if (with_bias) bias = uniform_parameter({out_features}, bound);
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor Linear::forward(const Tensor& x) { return functional::linear(x, weight, bias); }

std::int64_t Linear::multiply_adds(const Shape& /*in*/, const Shape& out) const {
  return out.numel() * weight.size(1);
}

std::string Linear::description() const {
  return fmt::format("Linear(in_features={}, out_features={}, bias={})", weight.size(1), weight.size(0),
                     bias.defined() ? "True" : "False");
}

}  // namespace norma
