// judged: does a set contain elements of more than one image?
#include "docs/course/05-group-norm/exercise.h"

#include <cmath>

void group_norm(std::int64_t n, std::int64_t c, std::int64_t hw, std::int64_t groups, const float* x,
                const float* weight, const float* bias, double eps, float* y) {
  const std::int64_t size = c / groups;
  const auto for_each = [&](std::int64_t group, auto use) {
    for (std::int64_t k = 0; k < n * c * hw; ++k)
      if (k / hw % c / size == group) use(k);
  };
  const double count = static_cast<double>(n * size * hw);
  for (std::int64_t group = 0; group < groups; ++group) {
    double sum = 0, squares = 0;
    for_each(group, [&](std::int64_t k) { sum += x[k]; });
    const double mean = sum / count;
    for_each(group, [&](std::int64_t k) { squares += (x[k] - mean) * (x[k] - mean); });
    const double rstd = 1 / std::sqrt(squares / count + eps);
    for_each(group, [&](std::int64_t k) {
      y[k] = static_cast<float>(weight[k / hw % c] * (x[k] - mean) * rstd + bias[k / hw % c]);
    });
  }
}
