#include "docs/course/22-epilogue/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {  // CUDA C++, which runs on the CPU here

// One block per plane.
__global__ void forward_kernel(Epilogue e, float* y) {
  const unsigned plane = blockIdx.x, image = plane / e.c, channel = plane % e.c;
  const unsigned set = image * e.groups + channel / (e.c / e.groups);
  const float mean = e.mean[set], rstd = e.rstd[set];
  for (unsigned i = threadIdx.x; i < e.hw; i += blockDim.x) {
    // Your code. So far y is x̂.
    y[plane * e.hw + i] = (e.x[plane * e.hw + i] - mean) * rstd;
  }
}

__global__ void backward_kernel(Epilogue e, const float* dy, float* dz) {
  // Your code. So far z is taken for positive.
  const unsigned plane = blockIdx.x;
  for (unsigned i = threadIdx.x; i < e.hw; i += blockDim.x)
    dz[plane * e.hw + i] = dy[plane * e.hw + i] * e.factor[plane];
}

}  // namespace norma::simt

void epilogue_forward(Epilogue e, float* y) {
  using namespace norma::simt;
  launch(forward_kernel, {.grid = e.n * e.c, .block = 128}, e, y);
}

void epilogue_backward(Epilogue e, const float* dy, float* dz) {
  using namespace norma::simt;
  launch(backward_kernel, {.grid = e.n * e.c, .block = 128}, e, dy, dz);
}
