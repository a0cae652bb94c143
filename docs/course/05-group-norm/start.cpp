#include "docs/course/05-group-norm/exercise.h"

#include <cmath>

void group_norm(std::int64_t n, std::int64_t c, std::int64_t hw, std::int64_t groups, const float* x,
                const float* weight, const float* bias, double eps, float* y) {
  const std::int64_t m = c / groups * hw;  // the elements of a set
  for (std::int64_t set = 0; set < n * groups; ++set) {
    // Your code.
    const double mean = 0, rstd = 1 / std::sqrt(1 + eps);
    for (std::int64_t i = 0; i < m; ++i) {
      const std::int64_t k = set * m + i;
      y[k] = static_cast<float>(weight[0] * (x[k] - mean) * rstd + bias[0]);
    }
  }
}
