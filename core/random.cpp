#include "core/random.h"

namespace norma {

Generator& default_generator() {
  static Generator generator;
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().set_seed(seed); }

}  // namespace norma
