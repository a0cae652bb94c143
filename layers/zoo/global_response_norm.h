// Global response normalization (ConvNeXt V2, Woo et al. 2023, arXiv:2301.00808, equations 1 to 3), as timm's
// GlobalResponseNorm:
//
//   g[n, c] = √(Σ x² over the plane)        share[n, c] = g[n, c] / (mean of g[n] over the channels + ε)
//   y = x + weight[c]·x·share[n, c] + bias[c]
//
// A channel that responds more than the others is strengthened: a competition between channels, not a
// standardization of numbers. With its first weights, 0, it changes nothing.
#pragma once

#include "layers/zoo/composed_norm.h"

namespace norma {

/// Parameters: weight [C] = 0, bias [C] = 0.
class GlobalResponseNorm2d : public ComposedNorm {
 public:
  explicit GlobalResponseNorm2d(std::int64_t num_channels, double eps = 1e-6);

  std::string type() const override { return "GlobalResponseNorm2d"; }
  std::string description() const override;
  double eps() const { return eps_; }

  Tensor weight, bias;

 protected:
  Tensor compute(const Tensor& x) override;

 private:
  double eps_;
};

}  // namespace norma
