// Differentiable addition, the residual connection.
#pragma once

#include "core/tensor.h"

namespace norma::functional {

/// a + b, element by element; shapes, dtypes and devices must agree (nothing is broadcast).
Tensor add(const Tensor& a, const Tensor& b);

}  // namespace norma::functional
