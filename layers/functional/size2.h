// Size2: a height and a width; one number gives both (kernel_size=3 is 3×3).
#pragma once

#include <cstdint>

namespace norma {

struct Size2 {
  std::int64_t h, w;

  constexpr Size2(std::int64_t both) : h(both), w(both) {}  // NOLINT: implicit, as in PyTorch
  constexpr Size2(std::int64_t height, std::int64_t width) : h(height), w(width) {}
  bool operator==(const Size2&) const = default;
};

}  // namespace norma
