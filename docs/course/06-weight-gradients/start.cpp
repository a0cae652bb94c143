#include "docs/course/06-weight-gradients/exercise.h"

void affine_gradients(std::int64_t, std::int64_t c, std::int64_t, const float*, const float*, float* dweight,
                      float* dbias) {
  for (std::int64_t channel = 0; channel < c; ++channel) {
    // Your code. Give the parameters that you need a name: n, hw, dy, xhat.
    dweight[channel] = 0;
    dbias[channel] = 0;
  }
}
