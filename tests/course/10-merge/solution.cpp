#include "docs/course/10-merge/exercise.h"

Part merge(Part a, Part b) {
  const std::int64_t count = a.count + b.count;
  if (count == 0) return {};
  const double delta = b.mean - a.mean, share = static_cast<double>(b.count) / static_cast<double>(count);
  return {.count = count,
          .mean = a.mean + delta * share,
          .squares = a.squares + b.squares + delta * delta * static_cast<double>(a.count) * share};
}
