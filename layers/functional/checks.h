// Checks of the arguments of the differentiable operations. Every error is one sentence.
#pragma once

#include "core/tensor.h"
#include "kernels/norm/epilogue.h"
#include "layers/functional/size2.h"

namespace norma::functional {

/// x must be [N, C, H, W] with at least one element and float32 or float64.
void check_images(const char* operation, const Tensor& x);
/// A stride, a padding or a dilation must be from `least` to 2²⁰ in both directions: GPUs count in 32 bits.
void check_setting(const char* operation, const char* setting, Size2 value, std::int64_t least);
/// The same for a kernel of at least 1, and for images of at most 2²⁹ rows and columns.
void check_window(const char* operation, Size2 kernel, const Tensor& x);
/// An optional parameter must have the given shape and x's dtype and device.
void check_parameter(const char* operation, const char* parameter, const Tensor& t, const Shape& shape,
                     const Tensor& x);
/// target must be int64 [rows] on x's device, every label in [0, classes).
void check_target(const char* operation, const Tensor& target, const Tensor& x);

/// The dropout probability of an epilogue must be in [0, 1].
void check_epilogue(const char* operation, const Epilogue& after);

/// The tensor for a gradient: a new tensor like `input` if it requires one, else undefined.
Tensor gradient_for(const Tensor& input, bool wanted);

}  // namespace norma::functional
