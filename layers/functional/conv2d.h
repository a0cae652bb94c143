// Differentiable 2-D convolution; kernels/conv/conv2d.h has the formula.
#pragma once

#include "core/tensor.h"
#include "layers/functional/producer.h"
#include "layers/functional/size2.h"

namespace norma::functional {

/// x [N, C, H, W], weight [K, C, kernel_h, kernel_w], bias [K] or undefined → [N, K, out_h, out_w].
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, Size2 stride = 1,
              Size2 padding = 0);

/// The same, whose images are yet to be written (layers/functional/producer.h). The producer must be called, once.
Unwritten conv2d_unwritten(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, Size2 stride = 1,
                           Size2 padding = 0);

}  // namespace norma::functional
