#include "layers/sequential.h"

#include "layers/functional/add.h"

namespace norma {

Sequential::Sequential(const std::vector<std::shared_ptr<Module>>& modules) {
  for (const auto& module : modules) add(std::to_string(children().size()), module);
}

Sequential::Sequential(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules) {
  for (const auto& [name, module] : modules) add(name, module);
}

Sequential& Sequential::add(const std::string& name, const std::shared_ptr<Module>& module) {
  register_module(name, module);
  return *this;
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (const auto& [name, module] : children()) y = (*module)(y);
  return y;
}

Residual::Residual(std::shared_ptr<Module> body) : body_(register_module("body", std::move(body))) {}

Tensor Residual::forward(const Tensor& x) { return functional::add(x, (*body_)(x)); }

}  // namespace norma
