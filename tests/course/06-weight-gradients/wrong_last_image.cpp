// judged: is it the sum over one image only?
#include "docs/course/06-weight-gradients/exercise.h"

void affine_gradients(std::int64_t n, std::int64_t c, std::int64_t hw, const float* dy, const float* xhat,
                      float* dweight, float* dbias) {
  for (std::int64_t image = 0; image < n; ++image)
    for (std::int64_t channel = 0; channel < c; ++channel) {
      double sum_dy = 0, sum_dyx = 0;
      for (std::int64_t i = 0; i < hw; ++i) {
        const std::int64_t k = (image * c + channel) * hw + i;
        sum_dy += dy[k];
        sum_dyx += double{dy[k]} * xhat[k];
      }
      dweight[channel] = static_cast<float>(sum_dyx);
      dbias[channel] = static_cast<float>(sum_dy);
    }
}
