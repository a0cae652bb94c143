#include "layers/functional/definitions.h"

#include "layers/functional/per_channel.h"

namespace norma::functional::definition {
namespace {

/// (x − mean)/√(variance + eps) over the sizes `dims`.
Tensor standardized(const Tensor& x, const std::vector<int>& dims, double eps) {
  const Tensor centred = x - mean(x, dims);
  return centred * rsqrt(mean(square(centred), dims), eps);
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  return scale_and_shift(standardized(x, {0, 2, 3}, eps), weight, bias);
}

Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                  const Tensor& bias, double eps) {
  return scale_and_shift((x - over_images(mean)) * rsqrt(over_images(var), eps), weight, bias);
}

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias,
                  double eps) {
  const Tensor sets = reshape(x, {x.size(0), groups, x.numel() / x.size(0) / groups});
  return scale_and_shift(reshape(standardized(sets, {2}, eps), x.shape()), weight, bias);
}

Tensor layer_norm(const Tensor& x, std::int64_t m, const Tensor& weight, const Tensor& bias, double eps) {
  Tensor y = standardized(reshape(x, {x.numel() / m, m}), {1}, eps);
  if (weight.defined()) y = y * reshape(weight, {1, m});
  if (bias.defined()) y = y + reshape(bias, {1, m});
  return reshape(y, x.shape());
}

Tensor layer_norm_pixel(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  return scale_and_shift(standardized(x, {1}, eps), weight, bias);
}

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  return scale_and_shift(x * rsqrt(mean(square(x), {1, 2, 3}), eps), weight, {});
}

}  // namespace norma::functional::definition
