#include "docs/course/11-rounded-mean/exercise.h"

void normalize_exactly(const float* x, std::int64_t m, double mean, double rstd, float* y) {
  const float rounded = static_cast<float>(mean), rest = static_cast<float>(mean - rounded);
  const float scale = static_cast<float>(rstd);
  for (std::int64_t i = 0; i < m; ++i) y[i] = (x[i] - rounded - rest) * scale;  // x[i] − rounded is exact
}
