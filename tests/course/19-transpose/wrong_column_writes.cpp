// judged: the results are right, but wasted sectors per necessary one when writing
#include "docs/course/19-transpose/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {

__global__ void transpose_kernel(unsigned rows, unsigned columns, const float* x, float* y) {
  NORMA_SHARED(float[32][33], tile);  // 33: a column lies in 32 different banks
  const unsigned column = blockIdx.x * 32 + threadIdx.x, row = blockIdx.y * 32 + threadIdx.y;
  for (unsigned i = 0; i < 32; i += 8)
    if (row + i < rows && column < columns)
      tile[threadIdx.y + i][threadIdx.x] = x[(row + i) * columns + column];
  __syncthreads();
  // The tile alone does not help: a warp still writes a column of y.
  for (unsigned i = 0; i < 32; i += 8)
    if (row + i < rows && column < columns) y[column * rows + row + i] = tile[threadIdx.y + i][threadIdx.x];
}

}  // namespace norma::simt

void transpose(unsigned rows, unsigned columns, const float* x, float* y) {
  using namespace norma::simt;
  launch(transpose_kernel, {.grid = dim3((columns + 31) / 32, (rows + 31) / 32), .block = dim3(32, 8)}, rows,
         columns, x, y);
}
