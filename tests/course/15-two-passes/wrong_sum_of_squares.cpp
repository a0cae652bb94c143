// judged: a row of 5000 numbers with mean 8000000
#include "docs/course/15-two-passes/exercise.h"

#include <cmath>

// Two passes, but E[x²] − E[x]² cancels.
void normalize_row(CountedArray& x, std::int64_t m, double eps, float* y) {
  double sum = 0, sum_of_squares = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    const double v = x.read(i);
    sum += v;
    sum_of_squares += v * v;
  }
  const double mean = sum / static_cast<double>(m);
  const double rstd = 1 / std::sqrt(sum_of_squares / static_cast<double>(m) - mean * mean + eps);
  for (std::int64_t i = 0; i < m; ++i) y[i] = static_cast<float>((x.read(i) - mean) * rstd);
}
