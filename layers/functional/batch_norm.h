// Differentiable batch normalization; kernels/norm/batch_norm.h has the formula.
#pragma once

#include "core/tensor.h"
#include "kernels/norm/epilogue.h"
#include "layers/functional/conv2d.h"

namespace norma::functional {

/// x [N, C, H, W]; running statistics, weight and bias [C], each pair undefined where there is none.
/// training: normalise by the batch's statistics and update the running ones; else normalise by the running
/// ones (by the batch's where there are none). Throws in training with only one value per channel, which
/// has no variance. Here and in the other norms, `after` is ReLU and dropout2d in the same pass, and
/// `before` is a convolution whose y is x. It is computed in the same operation. With `ghost` > 0,
/// statistics of a batch are those of so many images at a time (layers/batch_norm.h).
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight = {}, const Tensor& bias = {}, bool training = false,
                  double momentum = 0.1, double eps = 1e-5, const Epilogue& after = {},
                  const Conv2dCall* before = nullptr, std::int64_t ghost = 0);

}  // namespace norma::functional
