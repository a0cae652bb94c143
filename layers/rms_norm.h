// RMSNorm over (C, H, W) with one weight per channel (kernels/norm/rms_norm.h). torch.nn.RMSNorm has one
// weight per element; for images of one pixel the two are the same.
#pragma once

#include "layers/norm_layer.h"

namespace norma {

/// Parameter: weight [C] = 1, where affine.
class RMSNorm2d : public NormLayer {
 public:
  explicit RMSNorm2d(std::int64_t num_channels, double eps = 1e-5, bool affine = true);

  std::string type() const override { return "RMSNorm2d"; }
  std::string description() const override;
  std::int64_t num_channels() const { return num_channels_; }
  double eps() const { return eps_; }

  Tensor weight;

 protected:
  Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) override;

 private:
  std::int64_t num_channels_;
  double eps_;
};

}  // namespace norma
