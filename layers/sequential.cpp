#include "layers/sequential.h"

#include <algorithm>

#include "layers/fusion.h"

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
  for (std::size_t i = 0; i < children().size();) {
    const FusedBlock block = fused_block(std::span(children()).subspan(i), y);
    y = block.size() > 0 ? block(y) : (*children()[i].second)(y);
    i += std::max<std::size_t>(1, block.size());
  }
  return y;
}

}  // namespace norma
