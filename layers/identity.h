// Identity, as torch.nn.Identity.
#pragma once

#include "layers/module.h"

namespace norma {

class Identity : public Module {
 public:
  std::string type() const override { return "Identity"; }

 protected:
  Tensor forward(const Tensor& x) override { return x; }
};

}  // namespace norma
