// judged: numbers, mean 10000.1, deviation 1)
#include "docs/course/11-rounded-mean/exercise.h"

// rounded + rest is rounded to a float, and that float is rounded.
void normalize_exactly(const float* x, std::int64_t m, double mean, double rstd, float* y) {
  const float rounded = static_cast<float>(mean), rest = static_cast<float>(mean - rounded);
  const float scale = static_cast<float>(rstd);
  for (std::int64_t i = 0; i < m; ++i) y[i] = (x[i] - (rounded + rest)) * scale;
}
