// Differentiable reshaping; numbers are shared, not copied.
#pragma once

#include "core/tensor.h"

namespace norma::functional {

/// The same numbers in another shape.
Tensor reshape(const Tensor& x, const Shape& shape);
/// [N, …] → [N, the rest].
Tensor flatten(const Tensor& x);

}  // namespace norma::functional
