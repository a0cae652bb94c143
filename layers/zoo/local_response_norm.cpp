#include "layers/zoo/local_response_norm.h"

#include "layers/functional/pool.h"

namespace norma {

using namespace functional;

LocalResponseNorm::LocalResponseNorm(std::int64_t num_channels, const LocalResponseNormOptions& options)
    : ComposedNorm(num_channels), options_(options) {
  if (options.size < 1 || options.size % 2 == 0)
    fail("LocalResponseNorm takes an odd number of channels around each, not {}", options.size);
}

Tensor LocalResponseNorm::compute(const Tensor& x) {
  const Shape rows{x.size(0), 1, x.size(1), x.size(2) * x.size(3)};  // a row per channel
  const Tensor around =
      avg_pool2d(reshape(square(x), rows), {options_.size, 1}, Size2{1}, {options_.size / 2, 0});
  const Tensor divisor = affine(reshape(around, x.shape()), options_.alpha, options_.k);
  return x * exp(-options_.beta * log(divisor));
}

std::string LocalResponseNorm::description() const {
  return fmt::format("LocalResponseNorm({}, alpha={}, beta={}, k={})", options_.size, options_.alpha,
                     options_.beta, options_.k);
}

}  // namespace norma
