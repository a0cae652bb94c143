// judged: the mean of
#include "docs/course/01-mean/exercise.h"

double set_mean(const float* x, std::int64_t m) {
  float sum = 0;
  for (std::int64_t i = 0; i < m; ++i) sum += x[i];
  return sum / static_cast<float>(m);
}
