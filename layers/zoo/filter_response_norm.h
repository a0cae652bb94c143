// Filter response normalization with the thresholded linear unit (Singh and Krishnan 2020, arXiv:1911.09737,
// equations 1 to 3), as timm's FilterResponseNormTlu2d:
//
//   the set: a plane          x̂ = x / √(mean of x² + ε)        y = max(x̂·weight[c] + bias[c], τ[c])
//
// It subtracts no mean, and its threshold is the activation: no ReLU follows.
#pragma once

#include "layers/zoo/composed_norm.h"

namespace norma {

/// Parameters: weight [C] = 1, bias [C] = 0, tau [C] = 0.
class FilterResponseNorm2d : public ComposedNorm {
 public:
  explicit FilterResponseNorm2d(std::int64_t num_channels, double eps = 1e-5);

  std::string type() const override { return "FilterResponseNorm2d"; }
  std::string description() const override;
  double eps() const { return eps_; }

  Tensor weight, bias, tau;

 protected:
  Tensor compute(const Tensor& x) override;

 private:
  double eps_;
};

}  // namespace norma
