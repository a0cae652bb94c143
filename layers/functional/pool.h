// Differentiable pooling; kernels/pool/ has the formulas.
#pragma once

#include <optional>

#include "core/tensor.h"
#include "layers/functional/size2.h"

namespace norma::functional {

/// x [N, C, H, W]; stride defaults to the kernel; padding is at most half the kernel.
Tensor max_pool2d(const Tensor& x, Size2 kernel, std::optional<Size2> stride = {}, Size2 padding = 0,
                  bool ceil_mode = false);

Tensor avg_pool2d(const Tensor& x, Size2 kernel, std::optional<Size2> stride = {}, Size2 padding = 0,
                  bool ceil_mode = false, bool count_include_pad = true);

/// [N, C, H, W] → [N, C, 1, 1], the mean of every plane.
Tensor global_avg_pool(const Tensor& x);

}  // namespace norma::functional
