// judged: x_hat[0] is -1, but -1.193
#include "docs/course/28-what-ln-forgets/exercise.h"

#include <cmath>

double brightness(std::int64_t c, std::int64_t hw, const float* x) {
  double sum = 0;
  for (std::int64_t i = 0; i < c * hw; ++i) sum += x[i];
  return sum / static_cast<double>(c * hw);
}

double contrast(std::int64_t c, std::int64_t hw, const float* x, double eps) {
  const double mean = brightness(c, hw, x);
  double squares = 0;
  for (std::int64_t i = 0; i < c * hw; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return std::sqrt(squares / static_cast<double>(c * hw) + eps);
}

void layer_norm_image(std::int64_t c, std::int64_t hw, const float* x, double eps, float* x_hat) {
  for (std::int64_t channel = 0; channel < c; ++channel) {
    const float* const plane = x + channel * hw;
    const double mean = brightness(1, hw, plane), rstd = 1 / contrast(1, hw, plane, eps);
    for (std::int64_t i = 0; i < hw; ++i)
      x_hat[channel * hw + i] = static_cast<float>((plane[i] - mean) * rstd);
  }
}
