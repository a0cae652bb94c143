#include "layers/zoo/proxy_norm.h"

#include <cmath>

#include "layers/functional/group_norm.h"
#include "layers/functional/relu.h"

namespace norma {

using namespace functional;

namespace {

// `count` numbers that lie as samples of the standard normal distribution do: its quantiles at (k + ½)/count.
std::vector<double> normal_quantiles(std::int64_t count) {
  std::vector<double> quantiles;
  for (std::int64_t k = 0; k < count; ++k) {
    const double p = (static_cast<double>(k) + 0.5) / static_cast<double>(count);
    double low = -40, high = 40;  // bisection: the distribution function is ½·erfc(−q/√2)
    for (int i = 0; i < 100; ++i) {
      const double q = (low + high) / 2;
      (std::erfc(-q / std::sqrt(2.0)) / 2 < p ? low : high) = q;
    }
    quantiles.push_back((low + high) / 2);
  }
  return quantiles;
}

constexpr std::int64_t samples = 256;

}  // namespace

ProxyGroupNorm::ProxyGroupNorm(std::int64_t num_groups, std::int64_t num_channels, double eps,
                               double proxy_eps)
    : ComposedNorm(num_channels),
      weight(constant_parameter({num_channels}, 1)),
      bias(constant_parameter({num_channels}, 0)),
      proxy_weight(constant_parameter({num_channels}, 0)),
      proxy_bias(constant_parameter({num_channels}, 0)),
      quantiles(Tensor::from(normal_quantiles(samples), {samples}).to(DType::float32)),
      num_groups_(num_groups),
      eps_(eps),
      proxy_eps_(proxy_eps) {
  if (num_groups < 1 || num_channels % num_groups != 0)
    fail("ProxyGroupNorm: {} channels do not divide into {} groups", num_channels, num_groups);
  register_parameter("weight", weight);
  register_parameter("bias", bias);
  register_parameter("proxy_weight", proxy_weight);
  register_parameter("proxy_bias", proxy_bias);
  register_buffer("quantiles", quantiles);
}

ProxyGroupNorm::Prediction ProxyGroupNorm::prediction() const {
  const Tensor spread = expand(reshape(quantiles, {samples, 1, 1, 1}), {samples, num_channels(), 1, 1});
  const Tensor proxy = scale_and_shift(spread, proxy_weight + 1.0, proxy_bias);
  const Tensor z = relu(scale_and_shift(proxy, weight, bias)), m = mean(z, {0});
  return {m, rsqrt(mean(square(z - m), {0}), proxy_eps_)};
}

Tensor ProxyGroupNorm::compute(const Tensor& x) {
  const Prediction of_proxy = prediction();
  const Tensor z = relu(group_norm(x, num_groups_, weight, bias, eps_));
  return (z - of_proxy.mean) * of_proxy.rstd;
}

std::string ProxyGroupNorm::description() const {
  return fmt::format("ProxyGroupNorm({}, {}, eps={}, proxy_eps={})", num_groups_, num_channels(), eps_,
                     proxy_eps_);
}

}  // namespace norma
