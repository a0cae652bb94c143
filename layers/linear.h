// Linear, as torch.nn.Linear.
#pragma once

#include "layers/module.h"

namespace norma {

/// Parameters: weight [out_features, in_features], bias [out_features]; both U(±1/√in_features).
class Linear : public Module {
 public:
  Linear(std::int64_t in_features, std::int64_t out_features, bool with_bias = true);

  std::string type() const override { return "Linear"; }
  std::string description() const override;
  Window window() const override { return {.global = true}; }
  std::int64_t multiply_adds(const Shape& in, const Shape& out) const override;

  Tensor weight, bias;

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace norma
