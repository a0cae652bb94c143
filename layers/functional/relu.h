// Differentiable rectified linear unit.
#pragma once

#include "core/tensor.h"

namespace norma::functional {

/// max(x, 0), element by element.
Tensor relu(const Tensor& x);

}  // namespace norma::functional
