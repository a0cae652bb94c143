// judged: the results are right, but barriers per thread are
#include "docs/course/18-block-sum/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {

__device__ float block_sum(float value) {
  NORMA_SHARED(float[256], sums);
  __syncthreads();
  sums[threadIdx.x] = value;
  for (unsigned half = 128; half > 0; half /= 2) {  // a tree: one barrier per level
    __syncthreads();
    if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
  }
  __syncthreads();
  return sums[0];
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
