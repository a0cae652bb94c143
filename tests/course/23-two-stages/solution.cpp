#include "docs/course/23-two-stages/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {

/// Stage 1, a warp per plane: scratch[p] = Σ dy·x̂ and scratch[planes + p] = Σ dy of plane p.
__global__ void plane_sums_kernel(unsigned planes, unsigned hw, const float* dy, const float* xhat,
                                  float* scratch) {
  const unsigned plane = blockIdx.x * 8 + threadIdx.x / 32, lane = threadIdx.x % 32;
  if (plane >= planes) return;
  float sum_dy_xhat = 0, sum_dy = 0;
  for (unsigned i = lane; i < hw; i += 32) {
    const float gradient = dy[plane * hw + i];
    sum_dy_xhat += gradient * xhat[plane * hw + i];
    sum_dy += gradient;
  }
  for (int away = 16; away > 0; away /= 2) {
    sum_dy_xhat += __shfl_xor_sync(0xffffffffu, sum_dy_xhat, away);
    sum_dy += __shfl_xor_sync(0xffffffffu, sum_dy, away);
  }
  if (lane == 0) scratch[plane] = sum_dy_xhat, scratch[planes + plane] = sum_dy;
}

/// Stage 2, a thread per channel: adds the sums of its planes, image by image.
__global__ void channel_sums_kernel(unsigned n, unsigned c, const float* scratch, float* dweight,
                                    float* dbias) {
  const unsigned channel = blockIdx.x * blockDim.x + threadIdx.x;
  if (channel >= c) return;
  float sum_dy_xhat = 0, sum_dy = 0;
  for (unsigned image = 0; image < n; ++image) {
    sum_dy_xhat += scratch[image * c + channel];
    sum_dy += scratch[n * c + image * c + channel];
  }
  dweight[channel] = sum_dy_xhat;
  dbias[channel] = sum_dy;
}

}  // namespace norma::simt

void sum_gradients(unsigned n, unsigned c, unsigned hw, const float* dy, const float* xhat, float* scratch,
                   float* dweight, float* dbias) {
  using namespace norma::simt;
  launch(plane_sums_kernel, {.grid = (n * c + 7) / 8, .block = 256}, n * c, hw, dy, xhat, scratch);
  launch(channel_sums_kernel, {.grid = (c + 255) / 256, .block = 256}, n, c, scratch, dweight, dbias);
}
