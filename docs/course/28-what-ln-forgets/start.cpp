#include "docs/course/28-what-ln-forgets/exercise.h"

double brightness(std::int64_t c, std::int64_t hw, const float* x) {
  (void)c, (void)hw;  // remove this line
  // Your code.
  return x[0];
}

double contrast(std::int64_t c, std::int64_t hw, const float* x, double eps) {
  (void)c, (void)hw, (void)x, (void)eps;  // remove this line
  // Your code.
  return 1;
}

void layer_norm_image(std::int64_t c, std::int64_t hw, const float* x, double eps, float* x_hat) {
  // This is right if the two functions above are.
  const double mean = brightness(c, hw, x), rstd = 1 / contrast(c, hw, x, eps);
  for (std::int64_t i = 0; i < c * hw; ++i) x_hat[i] = static_cast<float>((x[i] - mean) * rstd);
}
