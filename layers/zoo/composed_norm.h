// The base of the norms in this folder: each is a few lines of differentiable arithmetic
// (layers/functional/arithmetic.h) and no kernel of its own. So it runs on every device, has a gradient and a
// second derivative, and reads like its paper. The price is a pass over memory per operation, and nothing is
// fused with it.
//
// A new norm begins here: a class like those beside this file, and a row in layers/network/norms.cpp.
#pragma once

#include "layers/functional/arithmetic.h"
#include "layers/functional/reshape.h"
#include "layers/norm_layer.h"

namespace norma {

class ComposedNorm : public NormLayer {
 public:
  bool takes_epilogue() const final { return false; }

 protected:
  explicit ComposedNorm(std::int64_t num_channels);

  /// x is [N, num_channels, H, W].
  virtual Tensor compute(const Tensor& x) = 0;
  std::int64_t num_channels() const { return num_channels_; }

  Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) final;

 private:
  std::int64_t num_channels_;
};

/// A number per channel, [C], to go with images: [1, C, 1, 1].
inline Tensor over_images(const Tensor& parameter) {
  return functional::reshape(parameter, {1, parameter.numel(), 1, 1});
}

/// x·weight + bias, with a weight and a bias per channel.
inline Tensor scale_and_shift(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return x * over_images(weight) + over_images(bias);
}

}  // namespace norma
