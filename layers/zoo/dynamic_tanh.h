// Dynamic tanh (DyT: "Transformers without normalization", Zhu, Chen, He, LeCun and Liu 2025,
// arXiv:2503.10622):
//
//   y = weight[c]·tanh(α·x) + bias[c]
//
// It has no set and no statistics: it stands where a norm would, and only limits large numbers.
#pragma once

#include "layers/zoo/composed_norm.h"

namespace norma {

/// Parameters: alpha [1] = 0.5, weight [C] = 1, bias [C] = 0.
class DynamicTanh2d : public ComposedNorm {
 public:
  explicit DynamicTanh2d(std::int64_t num_channels, double first_alpha = 0.5);

  std::string type() const override { return "DynamicTanh2d"; }
  std::string description() const override;

  Tensor alpha, weight, bias;

 protected:
  Tensor compute(const Tensor& x) override;

 private:
  double first_alpha_;
};

}  // namespace norma
