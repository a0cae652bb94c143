// Differentiable layer normalization over the trailing dimensions; kernels/norm/layer_norm.h has the formula.
#pragma once

#include "core/tensor.h"
#include "kernels/norm/epilogue.h"
#include "layers/functional/conv2d.h"

namespace norma::functional {

/// Normalises the trailing dimensions of x, which must be `normalized_shape`; weight and bias have that shape
/// (one per element) or are undefined. On images with [C, H, W] this is `ln-chw`. An epilogue takes images.
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5, const Epilogue& after = {},
                  const Conv2dCall* before = nullptr);

}  // namespace norma::functional
