// Differentiable 2-D convolution; kernels/conv/conv2d.h has the formula.
#pragma once

#include "core/tensor.h"
#include "kernels/conv/conv2d.h"
#include "layers/functional/size2.h"

namespace norma::functional {

/// x [N, C, H, W], weight [K, C / groups, kernel_h, kernel_w], bias [K] or undefined → [N, K, out_h, out_w].
/// `groups` divides C and K. Another precision than exact is for float32, and holds for the gradients too.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, Size2 stride = 1,
              Size2 padding = 0, Size2 dilation = 1, std::int64_t groups = 1,
              Precision precision = Precision::exact);

/// A convolution that is checked and on the tape, but not computed: y has no numbers until an operation
/// writes them. A norm that gets it as `before` computes both at once.
struct Conv2dCall {
  Conv2dShape s;
  Tensor x, weight, bias, y;
  Precision precision;

  template <class T>
  Conv2dForward<T> args() const {
    return {s, x.data<T>(), weight.data<T>(), bias.data<T>(), y.data<T>(), precision};
  }
};

/// Prepares conv2d without computing it, for a norm that follows.
Conv2dCall conv2d_call(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, Size2 stride = 1,
                       Size2 padding = 0, Size2 dilation = 1, std::int64_t groups = 1,
                       Precision precision = Precision::exact);

}  // namespace norma::functional
