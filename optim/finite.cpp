#include "optim/finite.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace norma {
namespace {

template <class T>
bool all_finite(const Tensor& tensor) {
  const Tensor host = tensor.to(Device::cpu);
  const auto values = host.span<T>();
  bool all = true;  // without an early return, so that the loop is vectorised
  for (const T value : values) all &= std::abs(value) <= std::numeric_limits<T>::max();
  return all;
}

}  // namespace

bool is_finite(const Tensor& tensor) {
  if (!tensor.defined()) return true;
  if (tensor.dtype() == DType::float32) return all_finite<float>(tensor);
  if (tensor.dtype() == DType::float64) return all_finite<double>(tensor);
  return true;
}

std::string first_not_finite(const Module& network) {
  const auto parameters = network.named_parameters();
  for (const NamedTensor& of : network.state_dict()) {
    if (is_finite(of.tensor)) continue;
    const bool trained =
        std::any_of(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == of.name; });
    return fmt::format("the {} {}", trained ? "parameter" : "buffer", of.name);
  }
  return "";
}

std::string gradient_not_finite(const Module& network) {
  std::string found;
  for (const auto& [name, tensor] : network.named_parameters())
    if (!is_finite(tensor.grad())) found = "the gradient of " + name;
  return found;
}

std::string output_not_finite(const std::function<void()>& forward) {
  std::string found;
  const ModuleObserver observer([&](const Module& layer, const Tensor&, const Tensor& out) {
    if (found.empty() && !is_finite(out)) found = "the output of " + layer.path();
  });
  forward();
  return found;
}

}  // namespace norma
