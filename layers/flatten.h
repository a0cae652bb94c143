// Flatten, as torch.nn.Flatten.
#pragma once

#include "layers/module.h"

namespace norma {

/// [N, …] → [N, the rest].
class Flatten : public Module {
 public:
  std::string type() const override { return "Flatten"; }
  std::string description() const override { return "Flatten(start_dim=1, end_dim=-1)"; }

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace norma
