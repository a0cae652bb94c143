// Differentiable fully connected layer; kernels/linear/linear.h has the formula.
#pragma once

#include "core/tensor.h"

namespace norma::functional {

/// x [N, in], weight [out, in], bias [out] or undefined → [N, out].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

}  // namespace norma::functional
