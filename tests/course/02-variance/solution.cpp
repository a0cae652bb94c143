#include "docs/course/02-variance/exercise.h"

void set_mean_and_variance(const float* x, std::int64_t m, double* mean, double* variance) {
  const double count = static_cast<double>(m);
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < m; ++i) sum += x[i];
  *mean = sum / count;
  for (std::int64_t i = 0; i < m; ++i) {
    const double d = x[i] - *mean;
    squares += d * d;
  }
  *variance = squares / count;
}
