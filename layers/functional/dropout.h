// Differentiable dropout; kernels/random/dropout.h has the formula.
#pragma once

#include "core/random.h"
#include "core/tensor.h"

namespace norma::functional {

/// Zeroes each element with probability p and scales the others by 1/(1 − p); x itself unless training.
/// The mask is a function of `random` and of the element's position.
Tensor dropout(const Tensor& x, double p, bool training, const RandomSequence& random);
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true);  ///< from default_generator()

/// The same for whole channels of [N, C, H, W]; the mask depends on `random` and on n·C + c.
Tensor dropout2d(const Tensor& x, double p, bool training, const RandomSequence& random);
Tensor dropout2d(const Tensor& x, double p = 0.5, bool training = true);

}  // namespace norma::functional
