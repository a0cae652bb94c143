#include "core/precision.h"

#include <algorithm>

#include "core/error.h"

namespace norma {

const std::vector<std::string>& precision_names() {
  static const std::vector<std::string> names = {"exact", "tf32", "bf16"};
  return names;
}

std::string name(Precision precision) { return precision_names()[static_cast<std::size_t>(precision)]; }

Precision precision_from(const std::string& what, const std::string& name) {
  const auto& names = precision_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) fail("{} must be exact, tf32 or bf16, not '{}'", what, name);
  return static_cast<Precision>(found - names.begin());
}

}  // namespace norma
