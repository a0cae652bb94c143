#include "docs/course/01-mean/exercise.h"

double set_mean(const float* x, std::int64_t m) {
  // Your code.
  return x[m - 1];
}
