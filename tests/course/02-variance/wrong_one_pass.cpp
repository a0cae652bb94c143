// judged: the variance of 1000 numbers around 1,000,000
#include "docs/course/02-variance/exercise.h"

void set_mean_and_variance(const float* x, std::int64_t m, double* mean, double* variance) {
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    const double v = x[i];
    sum += v;
    squares += v * v;
  }
  *mean = sum / static_cast<double>(m);
  *variance = squares / static_cast<double>(m) - *mean * *mean;
}
