// The operations of this folder once more, written by their definitions in differentiable arithmetic. Their
// second derivatives are made of these (core/autograd.h, grad), and tests compare the kernels with them. Each
// takes what the operation takes after its checks; an undefined weight is 1, an undefined bias 0.
#pragma once

#include "layers/functional/arithmetic.h"

namespace norma::functional::definition {

/// Over the statistics of the batch.
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps);
/// Over given statistics, [C] each.
Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                  const Tensor& bias, double eps);
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias, double eps);
/// Over the last sizes, whose product is m.
Tensor layer_norm(const Tensor& x, std::int64_t m, const Tensor& weight, const Tensor& bias, double eps);
Tensor layer_norm_pixel(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps);
Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps);

}  // namespace norma::functional::definition
