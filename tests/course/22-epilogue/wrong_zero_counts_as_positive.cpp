// judged: dz[
#include "docs/course/22-epilogue/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {

/// What all elements of a plane share. The one place where z is computed.
struct Plane {
  float mean, rstd, weight, bias, factor;

  __device__ Plane(const Epilogue& e, unsigned plane) {
    const unsigned image = plane / e.c, channel = plane % e.c;
    const unsigned set = image * e.groups + channel / (e.c / e.groups);
    mean = e.mean[set], rstd = e.rstd[set];
    weight = e.weight[channel], bias = e.bias[channel], factor = e.factor[plane];
  }
  __device__ float z(float x) const { return weight * ((x - mean) * rstd) + bias; }
};

// One block per plane, in both directions.
__global__ void forward_kernel(Epilogue e, float* y) {
  const Plane plane(e, blockIdx.x);
  const unsigned end = (blockIdx.x + 1) * e.hw;
  for (unsigned i = blockIdx.x * e.hw + threadIdx.x; i < end; i += blockDim.x)
    y[i] = plane.factor * fmaxf(plane.z(e.x[i]), 0);
}

__global__ void backward_kernel(Epilogue e, const float* dy, float* dz) {
  const Plane plane(e, blockIdx.x);
  const unsigned end = (blockIdx.x + 1) * e.hw;
  for (unsigned i = blockIdx.x * e.hw + threadIdx.x; i < end; i += blockDim.x)
    dz[i] = plane.z(e.x[i]) >= 0 ? dy[i] * plane.factor : 0;
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
