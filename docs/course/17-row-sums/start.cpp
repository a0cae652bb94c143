#include "docs/course/17-row-sums/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {  // CUDA C++, which runs on the CPU here

__global__ void row_sums_kernel(unsigned rows, unsigned m, const float* x, float* y) {
  // Your code. This is one thread per row: right, but neighbours read far from each other.
  const unsigned row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  float sum = 0;
  for (unsigned i = 0; i < m; ++i) sum += x[row * m + i];
  y[row] = sum;
}

}  // namespace norma::simt

void row_sums(unsigned rows, unsigned m, const float* x, float* y) {
  using namespace norma::simt;
  launch(row_sums_kernel, {.grid = (rows + 255) / 256, .block = 256}, rows, m, x, y);
}
