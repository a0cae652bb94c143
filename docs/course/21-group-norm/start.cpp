#include "docs/course/21-group-norm/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {  // CUDA C++, which runs on the CPU here

// One block per set.
__global__ void group_norm_kernel(unsigned c, unsigned hw, unsigned groups, float /*eps*/, const float* x,
                                  const float* /*weight*/, const float* /*bias*/, float* y, float* mean,
                                  float* rstd) {
  const unsigned set = blockIdx.x, m = c / groups * hw;
  const float* const in = x + set * m;
  float* const out = y + set * m;
  // Your code: mean and rstd of the set, and weight and bias of each channel.
  const float set_mean = 0, set_rstd = 1;
  for (unsigned i = threadIdx.x; i < m; i += blockDim.x) out[i] = (in[i] - set_mean) * set_rstd;
  if (threadIdx.x == 0) mean[set] = set_mean, rstd[set] = set_rstd;
}

}  // namespace norma::simt

void group_norm_on_gpu(unsigned n, unsigned c, unsigned hw, unsigned groups, float eps, const float* x,
                       const float* weight, const float* bias, float* y, float* mean, float* rstd) {
  using namespace norma::simt;
  launch(group_norm_kernel, {.grid = n * groups, .block = 256}, c, hw, groups, eps, x, weight, bias, y, mean,
         rstd);
}
