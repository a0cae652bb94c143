// judged: min(rows, 4) blocks
#include "docs/course/20-hunt-race/exercise.h"

#include <algorithm>

#include "kernels/cuda/cuda.h"

namespace norma::simt {

/// The sum over a warp, for each of its lanes.
__device__ float warp_sum(float value) {
  for (int away = 16; away > 0; away /= 2) value += __shfl_xor_sync(0xffffffffu, value, away);
  return value;
}

/// The sum of 8 numbers in shared memory, one per warp.
__device__ float add_up(const float* sums) {
  float sum = 0;
  for (unsigned warp = 0; warp < 8; ++warp) sum += sums[warp];
  return sum;
}

__global__ void layer_norm_kernel(unsigned rows, unsigned m, float eps, const float* x, const float* weight,
                                  const float* bias, float* y) {
  NORMA_SHARED(float[8], sums);  // one per warp
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const float count = static_cast<float>(m);
  for (unsigned row = blockIdx.x; row < rows; row += gridDim.x) {
    const float* const in = x + row * m;
    float* const out = y + row * m;

    float sum = 0;
    for (unsigned i = threadIdx.x; i < m; i += blockDim.x) sum += in[i];
    sum = warp_sum(sum);
    if (lane == 0) sums[warp] = sum;
    __syncthreads();
    const float mean = add_up(sums) / count;
    __syncthreads();

    float squares = 0;
    for (unsigned i = threadIdx.x; i < m; i += blockDim.x) squares += (in[i] - mean) * (in[i] - mean);
    squares = warp_sum(squares);
    if (lane == 0) sums[warp] = squares;
    __syncthreads();
    const float rstd = rsqrtf(add_up(sums) / count + eps);

    for (unsigned i = threadIdx.x; i < m; i += blockDim.x)
      out[i] = (in[i] - mean) * rstd * weight[i] + bias[i];
  }
}

}  // namespace norma::simt

void layer_norm(unsigned rows, unsigned m, float eps, const float* x, const float* weight, const float* bias,
                float* y) {
  using namespace norma::simt;
  launch(layer_norm_kernel, {.grid = rows, .block = 256}, rows, m, eps, x, weight, bias, y);
}
