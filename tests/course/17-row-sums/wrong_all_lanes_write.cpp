// judged: a race: thread
#include "docs/course/17-row-sums/exercise.h"

#include "kernels/cuda/cuda.h"

namespace norma::simt {

__global__ void row_sums_kernel(unsigned rows, unsigned m, const float* x, float* y) {
  const unsigned row = blockIdx.x * 8 + threadIdx.x / 32, lane = threadIdx.x % 32;
  if (row >= rows) return;
  float sum = 0;
  for (unsigned i = lane; i < m; i += 32) sum += x[row * m + i];
  for (int away = 16; away > 0; away /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, away);
  y[row] = sum;
}

}  // namespace norma::simt

void row_sums(unsigned rows, unsigned m, const float* x, float* y) {
  using namespace norma::simt;
  launch(row_sums_kernel, {.grid = (rows + 7) / 8, .block = 256}, rows, m, x, y);
}
