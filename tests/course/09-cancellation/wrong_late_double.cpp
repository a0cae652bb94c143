// judged: numbers with mean 10000 and deviation 1 is
#include "docs/course/09-cancellation/exercise.h"

// double comes too late: the squares were already rounded to float.
float set_variance(const float* x, std::int64_t m) {
  const double count = static_cast<double>(m);
  double sum = 0, sum_of_squares = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    sum += x[i];
    sum_of_squares += x[i] * x[i];
  }
  const double mean = sum / count;
  return static_cast<float>(sum_of_squares / count - mean * mean);
}
