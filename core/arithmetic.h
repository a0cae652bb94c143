// The arithmetic that tensors and autograd themselves need, on any device. Kernels build on core, so core
// includes no kernel: these two functions are declared here and defined in kernels/arithmetic.cpp, which
// calls the table.
#pragma once

#include "core/tensor.h"

namespace norma::detail {

/// t = value, everywhere; t is float32 or float64.
void fill(const Tensor& t, double value);
/// sum = a + b, all of one shape, floating dtype and device.
void add(const Tensor& a, const Tensor& b, const Tensor& sum);

}  // namespace norma::detail
