#include "docs/course/24-running-statistics/exercise.h"

void update_running_statistics(std::int64_t n, std::int64_t c, std::int64_t hw, const float* x,
                               double momentum, float* running_mean, float* running_var) {
  for (std::int64_t channel = 0; channel < c; ++channel) {
    double sum = 0;
    for (std::int64_t image = 0; image < n; ++image)
      for (std::int64_t i = 0; i < hw; ++i) sum += x[(image * c + channel) * hw + i];
    const double mean = sum / static_cast<double>(n * hw);
    // Your code. This remembers nothing of the batches before, and it has no variance.
    running_mean[channel] = static_cast<float>(mean);
    running_var[channel] = static_cast<float>(momentum);
  }
}
