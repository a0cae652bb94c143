// Differentiable losses, and the count of right answers; kernels/loss/ has the formulas.
#pragma once

#include "core/tensor.h"

namespace norma::functional {

/// Over the last dimension of x [N, classes].
Tensor log_softmax(const Tensor& x);

/// Mean negative log-likelihood of log-probabilities x [N, classes] at target, int64 [N]. A scalar.
Tensor nll_loss(const Tensor& x, const Tensor& target);

/// nll_loss(log_softmax(x)), with label smoothing as PyTorch defines it. A scalar.
Tensor cross_entropy(const Tensor& x, const Tensor& target, double label_smoothing = 0);

/// How many rows of x have their largest value at target. An int64 scalar on x's device.
Tensor correct_count(const Tensor& x, const Tensor& target);

/// factor·Σ|x|, the L1 penalty of one parameter. A scalar.
Tensor abs_sum(const Tensor& x, double factor = 1);

}  // namespace norma::functional
