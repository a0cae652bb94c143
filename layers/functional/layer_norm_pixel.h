// Differentiable layer normalization over the channels of each pixel; kernels/norm/layer_norm_pixel.h has the
// formula.
#pragma once

#include "core/tensor.h"
#include "kernels/norm/epilogue.h"
#include "layers/functional/conv2d.h"

namespace norma::functional {

/// x [N, C, H, W]; weight and bias [C] or undefined. The same as PyTorch's layer_norm over C on channels-last
/// data, permuted back.
Tensor layer_norm_pixel(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {},
                        double eps = 1e-5, const Epilogue& after = {}, const Conv2dCall* before = nullptr);

}  // namespace norma::functional
