// Residual: the input of a body, added to its output.
#pragma once

#include "layers/module.h"

namespace norma {

/// x + body(x)
class Residual : public Module {
 public:
  explicit Residual(std::shared_ptr<Module> body);
  std::string type() const override { return "Residual"; }

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  std::shared_ptr<Module> body_;
};

}  // namespace norma
