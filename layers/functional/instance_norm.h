// Differentiable instance normalization (Ulyanov, Vedaldi, Lempitsky 2016, arXiv:1607.08022): group norm with
// one group per channel.
#pragma once

#include "core/tensor.h"
#include "kernels/norm/epilogue.h"
#include "layers/functional/conv2d.h"

namespace norma::functional {

/// x [N, C, H, W]; running statistics, weight and bias [C], each pair undefined where there is none.
/// use_input_stats: normalise every (n, c) by its own statistics and, where running ones are given, update
/// them by their mean over n; else normalise by the running ones.
Tensor instance_norm(const Tensor& x, const Tensor& running_mean = {}, const Tensor& running_var = {},
                     const Tensor& weight = {}, const Tensor& bias = {}, bool use_input_stats = true,
                     double momentum = 0.1, double eps = 1e-5, const Epilogue& after = {},
                     const Conv2dCall* before = nullptr);

}  // namespace norma::functional
