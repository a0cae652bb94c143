// ReLU, as torch.nn.ReLU; kernels/activation/relu.h has the formula.
#pragma once

#include "layers/module.h"

namespace norma {

class ReLU : public Module {
 public:
  std::string type() const override { return "ReLU"; }

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace norma
