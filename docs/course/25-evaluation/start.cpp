#include "docs/course/25-evaluation/exercise.h"

void fold_batch_norm(std::int64_t c, const float* running_mean, const float* running_var, const float* weight,
                     const float* bias, double eps, float* factor, float* shift) {
  (void)running_mean, (void)running_var, (void)eps;  // remove this line
  for (std::int64_t channel = 0; channel < c; ++channel) {
    // Your code. This is right only for mean 0, variance 1 and eps 0.
    factor[channel] = weight[channel];
    shift[channel] = bias[channel];
  }
}

void evaluate_folded(std::int64_t n, std::int64_t c, std::int64_t hw, const float* x, const float* factor,
                     const float* shift, float* y) {
  (void)factor, (void)shift;  // remove this line
  // Your code.
  for (std::int64_t i = 0; i < n * c * hw; ++i) y[i] = x[i];
}
