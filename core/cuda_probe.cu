// A kernel that does nothing, to find out whether a GPU runs the code of this build.
#include <cuda_runtime.h>

namespace norma::cuda_runtime {

namespace {
__global__ void __launch_bounds__(1) probe() {}
}  // namespace

/// Returns a cudaError_t.
int run_probe() {
  probe<<<1, 1>>>();
  const cudaError_t status = cudaPeekAtLastError();
  return status != cudaSuccess ? status : cudaDeviceSynchronize();
}

}  // namespace norma::cuda_runtime
