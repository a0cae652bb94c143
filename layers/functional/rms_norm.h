#pragma once

#include "kernels/norm/epilogue.h"
#include "layers/functional/conv2d.h"

namespace norma::functional {

/// RMS norm over the channels and pixels of each image (kernels/norm/rms_norm.h). x: [N, C, H, W]; weight:
/// [C], or undefined, which means 1.
Tensor rms_norm(const Tensor& x, const Tensor& weight = {}, double eps = 1e-5, const Epilogue& after = {},
                const Conv2dCall* before = nullptr);

}  // namespace norma::functional
