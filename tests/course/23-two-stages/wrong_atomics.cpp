// judged: atomics
#include "docs/course/23-two-stages/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {

__global__ void set_to_zero_kernel(unsigned c, float* dweight, float* dbias) {
  const unsigned channel = blockIdx.x * blockDim.x + threadIdx.x;
  if (channel < c) dweight[channel] = dbias[channel] = 0;
}

// No race, but the order of the additions is not fixed.
__global__ void add_planes_kernel(unsigned planes, unsigned c, unsigned hw, const float* dy,
                                  const float* xhat, float* dweight, float* dbias) {
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
  if (lane != 0) return;
  atomicAdd(&dweight[plane % c], sum_dy_xhat);
  atomicAdd(&dbias[plane % c], sum_dy);
}

}  // namespace norma::simt

void sum_gradients(unsigned n, unsigned c, unsigned hw, const float* dy, const float* xhat,
                   float* /*scratch*/, float* dweight, float* dbias) {
  using namespace norma::simt;
  launch(set_to_zero_kernel, {.grid = (c + 255) / 256, .block = 256}, c, dweight, dbias);
  launch(add_planes_kernel, {.grid = (n * c + 7) / 8, .block = 256}, n * c, c, hw, dy, xhat, dweight, dbias);
}
