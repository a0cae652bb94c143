// LayerNorm, as torch.nn.LayerNorm, and LayerNorm2d, as in torchvision's ConvNeXt.
//
// On images "layer norm" means three things, and Norma has all three:
//   ln        GroupNorm(1, C)           statistics over (C, H, W), one weight per channel
//   ln-chw    LayerNorm({C, H, W})      the same statistics, one weight per element
//   ln-pixel  LayerNorm2d(C)            statistics over C at each pixel, one weight per channel
#pragma once

#include "layers/norm_layer.h"

namespace norma {

/// Parameters: weight and bias of normalized_shape, 1 and 0.
class LayerNorm : public NormLayer {
 public:
  explicit LayerNorm(const Shape& normalized_shape, double eps = 1e-5, bool elementwise_affine = true);

  std::string type() const override { return "LayerNorm"; }
  std::string description() const override;
  const Shape& normalized_shape() const { return normalized_shape_; }
  double eps() const { return eps_; }

  Tensor weight, bias;

 protected:
  Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) override;

 private:
  Shape normalized_shape_;
  double eps_;
};

/// Parameters: weight [C] = 1, bias [C] = 0.
class LayerNorm2d : public NormLayer {
 public:
  explicit LayerNorm2d(std::int64_t num_channels, double eps = 1e-5, bool affine = true);

  std::string type() const override { return "LayerNorm2d"; }
  std::string description() const override;
  std::int64_t num_channels() const { return num_channels_; }
  double eps() const { return eps_; }

  Tensor weight, bias;

 protected:
  Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) override;

 private:
  std::int64_t num_channels_;
  double eps_;
};

}  // namespace norma
