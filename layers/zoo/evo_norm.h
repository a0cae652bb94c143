// EvoNorm-S0 (Liu, Brock, Simonyan and Le 2020, arXiv:2004.02967, table 1), found by a search, as timm's
// EvoNorm2dS0:
//
//   the set: a group of channels of an image
//   y = x·sigmoid(v[c]·x) / √(variance of x + ε) · weight[c] + bias[c]
//
// Norm and activation are one expression: no ReLU follows.
#pragma once

#include "layers/zoo/composed_norm.h"

namespace norma {

/// Parameters: weight [C] = 1, bias [C] = 0, v [C] = 1.
class EvoNorm2dS0 : public ComposedNorm {
 public:
  /// `num_groups` divides the channels.
  EvoNorm2dS0(std::int64_t num_groups, std::int64_t num_channels, double eps = 1e-5);

  std::string type() const override { return "EvoNorm2dS0"; }
  std::string description() const override;
  std::int64_t num_groups() const { return num_groups_; }
  double eps() const { return eps_; }

  Tensor weight, bias, v;

 protected:
  Tensor compute(const Tensor& x) override;

 private:
  std::int64_t num_groups_;
  double eps_;
};

}  // namespace norma
