// judged: numbers, mean 10000.1, deviation 1)
#include "docs/course/11-rounded-mean/exercise.h"

// One multiplication and one addition, but x·rstd is about 10⁴ and is rounded to a multiple of 0.001.
void normalize_exactly(const float* x, std::int64_t m, double mean, double rstd, float* y) {
  const float scale = static_cast<float>(rstd), shift = static_cast<float>(-mean * rstd);
  for (std::int64_t i = 0; i < m; ++i) y[i] = x[i] * scale + shift;
}
