// forward_tensor_cores: an instruction of a warp, mma.sync, multiplies 16 pixels × 8 channels of x with 8 × 8
// numbers of the weight, where 32 threads did one multiply-add each. Its factors are rounded to tf32.
//
// The kernel is that of --precision tf32, kernels/conv/conv2d_tiled_mma.cuh: compare it with the one of the
// step before, kernels/conv/conv2d_tiled.cuh. kernels/cuda/mma.cuh says what each lane holds.
#include "kernels/conv/conv2d_tiled_mma.cuh"
#include "kernels/conv/steps/correlation.cuh"

namespace norma::NORMA_EXECUTOR {

void forward_tensor_cores(const Conv2dForward<float>& a) {
  correlate_rounded(Precision::tf32, steps::correlation_of_step(a));
}

}  // namespace norma::NORMA_EXECUTOR
