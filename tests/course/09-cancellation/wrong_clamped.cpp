// judged: numbers with mean 10000 and deviation 1 is
#include "docs/course/09-cancellation/exercise.h"

#include <algorithm>

// The sign is repaired, and nothing else.
float set_variance(const float* x, std::int64_t m) {
  const float count = static_cast<float>(m);
  float sum = 0, sum_of_squares = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    sum += x[i];
    sum_of_squares += x[i] * x[i];
  }
  const float mean = sum / count;
  return std::max(0.0f, sum_of_squares / count - mean * mean);
}
