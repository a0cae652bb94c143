// judged: the mean of two empty parts is
#include "docs/course/10-merge/exercise.h"

Part merge(Part a, Part b) {
  const double delta = b.mean - a.mean, count = static_cast<double>(a.count + b.count);
  const double share = static_cast<double>(b.count) / count;  // 0/0
  return {.count = a.count + b.count,
          .mean = a.mean + delta * share,
          .squares = a.squares + b.squares + delta * delta * static_cast<double>(a.count) * share};
}
