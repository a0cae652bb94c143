// judged: is right, but the thread that calls did
#include "docs/course/13-same-bits/exercise.h"

double parallel_sum(const float* x, std::int64_t m, int) {
  double sum = 0;
  for (std::int64_t i = 0; i < m; ++i) sum += x[i];
  return sum;
}
