#include "apps/presets.h"

namespace norma {

std::shared_ptr<Sequential> c11_48096(const NetworkChoice& choice) {
  return NetworkBuilder(choice, {3, 32, 32}, 0.05)
      .block("C1", 32, {.padding = 1, .groups = 4})
      .block("C2", 32, {.padding = 1, .groups = 4})
      .conv("c3", 10, 1)
      .max_pool("P1", 2)
      .block("C4", 16, {.padding = 1, .groups = 4})
      .block("C5", 32, {.padding = 1, .groups = 8})
      .block("C6", 32, {.padding = 1, .groups = 8})
      .conv("c7", 10, 1)
      .max_pool("P2", 2)
      .block("C8", 32, {.padding = 1, .groups = 4})
      .block("C9", 32, {.padding = 1, .groups = 4})
      .block("C10", 32, {.padding = 1, .groups = 4})
      .global_avg_pool("GAP")
      .conv("c11", 10, 1)
      .flatten("flat")
      .build();
}

}  // namespace norma
