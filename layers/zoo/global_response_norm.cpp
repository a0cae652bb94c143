#include "layers/zoo/global_response_norm.h"

namespace norma {

using namespace functional;

namespace {
// Under the root, so that a plane of zeros has a gradient: 0.
constexpr double tiny = 1e-24;
}  // namespace

GlobalResponseNorm2d::GlobalResponseNorm2d(std::int64_t num_channels, double eps)
    : ComposedNorm(num_channels),
      weight(constant_parameter({num_channels}, 0)),
      bias(constant_parameter({num_channels}, 0)),
      eps_(eps) {
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor GlobalResponseNorm2d::compute(const Tensor& x) {
  const Tensor response = sqrt(sum(square(x), {2, 3}), tiny);
  const Tensor share = response * reciprocal(mean(response, {1}), eps_);
  return x + scale_and_shift(x * share, weight, bias);
}

std::string GlobalResponseNorm2d::description() const {
  return fmt::format("GlobalResponseNorm2d({}, eps={})", num_channels(), eps_);
}

}  // namespace norma
