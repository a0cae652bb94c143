// judged: contrast of the image 5 of one pixel is 0, but
#include "docs/course/28-what-ln-forgets/exercise.h"

#include <cmath>

double brightness(std::int64_t c, std::int64_t hw, const float* x) {
  double sum = 0;
  for (std::int64_t i = 0; i < c * hw; ++i) sum += x[i];
  return sum / static_cast<double>(c * hw);
}

double contrast(std::int64_t c, std::int64_t hw, const float* x, double) {
  const double mean = brightness(c, hw, x);
  double squares = 0;
  for (std::int64_t i = 0; i < c * hw; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return std::sqrt(squares / static_cast<double>(c * hw));
}

void layer_norm_image(std::int64_t c, std::int64_t hw, const float* x, double eps, float* x_hat) {
  const double mean = brightness(c, hw, x), rstd = 1 / std::sqrt(std::pow(contrast(c, hw, x, eps), 2) + eps);
  for (std::int64_t i = 0; i < c * hw; ++i) x_hat[i] = static_cast<float>((x[i] - mean) * rstd);
}
