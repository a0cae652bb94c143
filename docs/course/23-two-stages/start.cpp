#include "docs/course/23-two-stages/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {  // CUDA C++, which runs on the CPU here

__global__ void sum_gradients_kernel(unsigned n, unsigned c, unsigned hw, const float* dy, const float* xhat,
                                     float* dweight, float* dbias) {
  // Your code. This is one thread per channel: right, but slow, and neighbours read far from each other.
  const unsigned channel = blockIdx.x * blockDim.x + threadIdx.x;
  if (channel >= c) return;
  float sum_dy_xhat = 0, sum_dy = 0;
  for (unsigned image = 0; image < n; ++image)
    for (unsigned i = 0; i < hw; ++i) {
      const unsigned at = (image * c + channel) * hw + i;
      sum_dy_xhat += dy[at] * xhat[at];
      sum_dy += dy[at];
    }
  dweight[channel] = sum_dy_xhat;
  dbias[channel] = sum_dy;
}

}  // namespace norma::simt

void sum_gradients(unsigned n, unsigned c, unsigned hw, const float* dy, const float* xhat,
                   float* /*scratch*/, float* dweight, float* dbias) {
  using namespace norma::simt;
  launch(sum_gradients_kernel, {.grid = (c + 255) / 256, .block = 256}, n, c, hw, dy, xhat, dweight, dbias);
}
