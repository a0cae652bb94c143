// judged: the variance of 3, 9, 11, 17 is 33.33333
#include "docs/course/09-cancellation/exercise.h"

float set_variance(const float* x, std::int64_t m) {
  float sum = 0, squares = 0;
  for (std::int64_t i = 0; i < m; ++i) sum += x[i];
  const float mean = sum / static_cast<float>(m);
  for (std::int64_t i = 0; i < m; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return squares / static_cast<float>(m - 1);
}
