#include "optim/state.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace norma {

NamedTensor numbers(const std::string& name, const std::vector<double>& values) {
  return {name, Tensor::from(values, {static_cast<std::int64_t>(values.size())})};
}

std::vector<double> numbers_of(const State& state, const std::string& name, std::size_t count) {
  const Tensor tensor = find_tensor(state, name);
  if (!tensor.defined() || tensor.dtype() != DType::float64 ||
      tensor.shape() != Shape{static_cast<std::int64_t>(count)})
    fail("{} is missing or does not have {} numbers", name, count);
  return tensor.to_vector<double>();
}

std::int64_t count_of(const std::string& name, double number, std::int64_t most) {
  if (!(number >= 0 && number <= static_cast<double>(most)) || number != std::floor(number))
    fail("{} is {} in the state, and must be a whole number from 0 to {}", name, number, most);
  return static_cast<std::int64_t>(number);
}

Tensor find_tensor(const State& state, const std::string& name) {
  const auto found = std::find_if(state.begin(), state.end(), [&](const auto& t) { return t.name == name; });
  return found == state.end() ? Tensor() : found->tensor;
}

void append(State& state, const std::string& prefix, const State& part) {
  for (const auto& [name, tensor] : part) state.push_back({prefix + "." + name, tensor});
}

State part_of(const State& state, const std::string& prefix) {
  State part;
  for (const auto& [name, tensor] : state)
    if (name.starts_with(prefix + ".")) part.push_back({name.substr(prefix.size() + 1), tensor});
  return part;
}

}  // namespace norma
