// judged: a race: thread
#include "docs/course/18-block-sum/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {

/// The sum of the values of all 256 threads of the block, for each of them.
__device__ float block_sum(float value) {
  NORMA_SHARED(float[8], sums);  // one per warp
  for (int away = 16; away > 0; away /= 2) value += __shfl_xor_sync(0xffffffffu, value, away);
  if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = value;
  __syncthreads();  // all sums are written
  float sum = 0;
  for (unsigned warp = 0; warp < 8; ++warp) sum += sums[warp];
  return sum;
}

__global__ void moments_kernel(unsigned m, const float* x, float* mean, float* variance) {
  const float* const row = x + blockIdx.x * m;
  float sum = 0;
  for (unsigned i = threadIdx.x; i < m; i += blockDim.x) sum += row[i];
  const float row_mean = block_sum(sum) / static_cast<float>(m);

  float squares = 0;
  for (unsigned i = threadIdx.x; i < m; i += blockDim.x) squares += (row[i] - row_mean) * (row[i] - row_mean);
  const float row_variance = block_sum(squares) / static_cast<float>(m);
  if (threadIdx.x == 0) mean[blockIdx.x] = row_mean, variance[blockIdx.x] = row_variance;
}

}  // namespace norma::simt

void row_moments(unsigned rows, unsigned m, const float* x, float* mean, float* variance) {
  using namespace norma::simt;
  launch(moments_kernel, {.grid = rows, .block = 256}, m, x, mean, variance);
}
