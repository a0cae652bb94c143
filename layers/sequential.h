// Containers: Sequential, as torch.nn.Sequential, and Residual.
#pragma once

#include "layers/module.h"

namespace norma {

/// Runs its children one after the other; those that layers/fusion.h names, together.
class Sequential : public Module {
 public:
  Sequential() = default;
  /// Children named "0", "1", …
  explicit Sequential(const std::vector<std::shared_ptr<Module>>& modules);
  /// Children with names of their own.
  explicit Sequential(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules);

  /// Adds a child at the end.
  Sequential& add(const std::string& name, const std::shared_ptr<Module>& module);
  std::string type() const override { return "Sequential"; }

 protected:
  Tensor forward(const Tensor& x) override;
};

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
