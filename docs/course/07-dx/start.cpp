#include "docs/course/07-dx/exercise.h"

#include <cmath>

void set_backward(std::int64_t m, const float* x, const float* weight, const float* dy, double eps,
                  float* dx) {
  const double count = static_cast<double>(m);
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < m; ++i) sum += x[i];
  const double mean = sum / count;
  for (std::int64_t i = 0; i < m; ++i) squares += (x[i] - mean) * (x[i] - mean);
  const double rstd = 1 / std::sqrt(squares / count + eps);
  // Your code. This would be right if mean and rstd were constants.
  for (std::int64_t i = 0; i < m; ++i) dx[i] = static_cast<float>(rstd * weight[i] * dy[i]);
}
