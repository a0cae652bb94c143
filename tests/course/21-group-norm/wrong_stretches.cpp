// judged: the results are right, but wasted sectors per necessary one when reading
#include "docs/course/21-group-norm/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {

/// The sum of the values of all 256 threads of the block, for each of them.
__device__ float block_sum(float value) {
  NORMA_SHARED(float[8], sums);  // one per warp
  for (int away = 16; away > 0; away /= 2) value += __shfl_xor_sync(0xffffffffu, value, away);
  __syncthreads();  // the sums of the call before have been read
  if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = value;
  __syncthreads();  // all sums are written
  float sum = 0;
  for (unsigned warp = 0; warp < 8; ++warp) sum += sums[warp];
  return sum;
}

// One block per set.
__global__ void group_norm_kernel(unsigned c, unsigned hw, unsigned groups, float eps, const float* x,
                                  const float* weight, const float* bias, float* y, float* mean,
                                  float* rstd) {
  const unsigned set = blockIdx.x, channels = c / groups, m = channels * hw;
  const float* const in = x + set * m;
  float* const out = y + set * m;
  const unsigned part = (m + 255) / 256;  // a stretch per thread
  const float count = static_cast<float>(m);

  float sum = 0;
  for (unsigned i = threadIdx.x * part; i < (threadIdx.x + 1) * part && i < m; ++i) sum += in[i];
  const float set_mean = block_sum(sum) / count;

  float squares = 0;
  for (unsigned i = threadIdx.x * part; i < (threadIdx.x + 1) * part && i < m; ++i)
    squares += (in[i] - set_mean) * (in[i] - set_mean);
  const float set_rstd = rsqrtf(block_sum(squares) / count + eps);
  if (threadIdx.x == 0) mean[set] = set_mean, rstd[set] = set_rstd;

  const unsigned first_channel = set % groups * channels;
  for (unsigned i = threadIdx.x * part; i < (threadIdx.x + 1) * part && i < m; ++i) {
    const unsigned channel = first_channel + i / hw;
    out[i] = (in[i] - set_mean) * set_rstd * weight[channel] + bias[channel];
  }
}

}  // namespace norma::simt

void group_norm_on_gpu(unsigned n, unsigned c, unsigned hw, unsigned groups, float eps, const float* x,
                       const float* weight, const float* bias, float* y, float* mean, float* rstd) {
  using namespace norma::simt;
  launch(group_norm_kernel, {.grid = n * groups, .block = 256}, c, hw, groups, eps, x, weight, bias, y, mean,
         rstd);
}
