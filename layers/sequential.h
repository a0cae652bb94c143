// Sequential, as torch.nn.Sequential.
#pragma once

#include "layers/module.h"

namespace norma {

/// Runs its children one after the other. Layers that layers/fusion.h can fuse run in one operation.
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

}  // namespace norma
