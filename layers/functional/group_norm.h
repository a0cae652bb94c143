// Differentiable group normalization; kernels/norm/group_norm.h has the formula.
#pragma once

#include "core/tensor.h"
#include "kernels/norm/epilogue.h"
#include "layers/functional/conv2d.h"

namespace norma::functional {

/// x [N, C, H, W]; `groups` divides C; weight and bias [C] or undefined.
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5, const Epilogue& after = {}, const Conv2dCall* before = nullptr);

}  // namespace norma::functional
