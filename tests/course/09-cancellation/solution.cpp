#include "docs/course/09-cancellation/exercise.h"

float set_variance(const float* x, std::int64_t m) {
  const float count = static_cast<float>(m);
  float sum = 0;
  for (std::int64_t i = 0; i < m; ++i) sum += x[i];
  const float guess = sum / count;  // of the mean, because a sum in float is rounded
  float sum_d = 0, sum_dd = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    const float d = x[i] - guess;
    sum_d += d;
    sum_dd += d * d;
  }
  return (sum_dd - sum_d * sum_d / count) / count;
}
