// The arithmetic that tensors and autograd need themselves, on whatever device. Kernels build on core, so core
// includes none: these two are declared here and defined above, in kernels/arithmetic.cpp, by a call of the
// table each.
#pragma once

#include "core/tensor.h"

namespace norma::detail {

/// t = value, everywhere; t is float32 or float64.
void fill(const Tensor& t, double value);
/// sum = a + b, all of one shape, floating dtype and device.
void add(const Tensor& a, const Tensor& b, const Tensor& sum);

}  // namespace norma::detail
