// The base of the norms in this folder: each is a few lines of differentiable arithmetic
// (layers/functional/arithmetic.h) and no kernel of its own. So it runs on every device, has a gradient and a
// second derivative, and reads like its paper. The price is a pass over memory per operation, and nothing is
// fused with it.
//
// A new norm begins here: a class like those beside this file, and a row in layers/network/norms.cpp.
#pragma once

#include "layers/functional/per_channel.h"
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

}  // namespace norma
