// judged: the squares of two parts of 4000000000 numbers
#include "docs/course/10-merge/exercise.h"

Part merge(Part a, Part b) {
  const std::int64_t count = a.count + b.count;
  if (count == 0) return {};
  const double delta = b.mean - a.mean, m = static_cast<double>(count);
  const std::int64_t product = a.count * b.count;  // 1.6·10¹⁹ is too large
  return {.count = count,
          .mean = a.mean + delta * static_cast<double>(b.count) / m,
          .squares = a.squares + b.squares + delta * delta * static_cast<double>(product) / m};
}
