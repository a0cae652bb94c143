// Parameters per channel beside images, for norms that are written in differentiable arithmetic
// (definitions.cpp, layers/zoo).
#pragma once

#include "layers/functional/arithmetic.h"
#include "layers/functional/reshape.h"

namespace norma::functional {

/// A number per channel, [C], to go with images: [1, C, 1, 1].
inline Tensor over_images(const Tensor& parameter) {
  return reshape(parameter, {1, parameter.numel(), 1, 1});
}

/// x·weight + bias, with a weight and a bias per channel. An undefined weight is 1, an undefined bias 0.
inline Tensor scale_and_shift(Tensor x, const Tensor& weight, const Tensor& bias) {
  if (weight.defined()) x = x * over_images(weight);
  return bias.defined() ? x + over_images(bias) : x;
}

}  // namespace norma::functional
