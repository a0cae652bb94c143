// Differentiable arithmetic of tensors: what a new norm can be written with, without a kernel. Every function
// is one operation of kernels/tensor/, and its derivative is made of these functions again, so that second
// derivatives exist too.
//
// Example, the filter response norm of layers/zoo/filter_response_norm.cpp:
//
//   const Tensor x̂ = x * rsqrt(mean(square(x), {2, 3}), eps);
//
// In f ∘ v, v may be smaller than x: each of its sizes is that of x, or 1, and v is repeated along the sizes
// of 1, as in PyTorch and NumPy. x is never repeated. Numbers are float32 or float64, and both tensors have
// the same type and device.
#pragma once

#include <vector>

#include "core/tensor.h"
#include "kernels/tensor/unary.h"

namespace norma {

namespace functional {

/// f(scale·x + shift), element by element. Functions that do not exist for a number give NaN or infinity.
Tensor unary(UnaryFunction f, const Tensor& x, double scale = 1, double shift = 0);

inline Tensor affine(const Tensor& x, double scale, double shift) {
  return unary(UnaryFunction::identity, x, scale, shift);
}
inline Tensor square(const Tensor& x) { return unary(UnaryFunction::square, x); }
/// √(x + eps)
inline Tensor sqrt(const Tensor& x, double eps = 0) { return unary(UnaryFunction::sqrt, x, 1, eps); }
/// 1/√(x + eps)
inline Tensor rsqrt(const Tensor& x, double eps = 0) { return unary(UnaryFunction::rsqrt, x, 1, eps); }
/// 1/(x + eps)
inline Tensor reciprocal(const Tensor& x, double eps = 0) {
  return unary(UnaryFunction::reciprocal, x, 1, eps);
}
inline Tensor exp(const Tensor& x) { return unary(UnaryFunction::exp, x); }
inline Tensor log(const Tensor& x) { return unary(UnaryFunction::log, x); }
inline Tensor sigmoid(const Tensor& x) { return unary(UnaryFunction::sigmoid, x); }
inline Tensor tanh(const Tensor& x) { return unary(UnaryFunction::tanh, x); }

/// max(x, v). Where both are equal, each gets half of the gradient, as in PyTorch.
Tensor maximum(const Tensor& x, const Tensor& v);
/// min(x, v), likewise.
Tensor minimum(const Tensor& x, const Tensor& v);

/// Sums over the sizes `dims`, which become 1. At most two groups of neighbouring sizes may be summed, and
/// the last size only if it is 1 or the only such group is not followed by a kept one: {0, 2, 3}, {1}, {1,
/// 2, 3} of images, and so on, but not {0, 2}.
Tensor sum(const Tensor& x, const std::vector<int>& dims);
/// The sum divided by the number of summed elements.
Tensor mean(const Tensor& x, const std::vector<int>& dims);
/// v repeated to this shape, of which each size of v has the size or is 1.
Tensor expand(const Tensor& v, const Shape& shape);

}  // namespace functional

Tensor operator+(const Tensor& x, const Tensor& v);
Tensor operator-(const Tensor& x, const Tensor& v);
Tensor operator*(const Tensor& x, const Tensor& v);
inline Tensor operator*(const Tensor& x, double factor) { return functional::affine(x, factor, 0); }
inline Tensor operator*(double factor, const Tensor& x) { return functional::affine(x, factor, 0); }
inline Tensor operator+(const Tensor& x, double shift) { return functional::affine(x, 1, shift); }
inline Tensor operator-(const Tensor& x) { return functional::affine(x, -1, 0); }

}  // namespace norma
