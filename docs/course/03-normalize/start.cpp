#include "docs/course/03-normalize/exercise.h"

#include <cmath>

void normalize_set(std::int64_t m, const float* x, const float* weight, const float* bias, double eps,
                   float* xhat, float* y) {
  // Your code.
  const double mean = 0, variance = 1;
  const double rstd = 1 / std::sqrt(variance + eps);
  for (std::int64_t i = 0; i < m; ++i) {
    xhat[i] = static_cast<float>((x[i] - mean) * rstd);
    y[i] = weight[i] * xhat[i] + bias[i];
  }
}
