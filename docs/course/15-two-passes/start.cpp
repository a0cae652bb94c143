#include "docs/course/15-two-passes/exercise.h"

#include <cmath>

void normalize_row(CountedArray& x, std::int64_t m, double eps, float* y) {
  // Your code. This is right, but it reads x three times.
  const double count = static_cast<double>(m);
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < m; ++i) sum += x.read(i);
  const double mean = sum / count;
  for (std::int64_t i = 0; i < m; ++i) squares += (x.read(i) - mean) * (x.read(i) - mean);
  const double rstd = 1 / std::sqrt(squares / count + eps);
  for (std::int64_t i = 0; i < m; ++i) y[i] = static_cast<float>((x.read(i) - mean) * rstd);
}
