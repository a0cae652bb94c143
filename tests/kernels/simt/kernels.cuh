// Small correct kernels for the tests of the simt executor. nvcc can compile them too.
#pragma once

#include "kernels/cuda/team.cuh"

namespace norma::NORMA_EXECUTOR {

/// This thread's number in the whole grid, x fastest within a block and blocks one after another.
__device__ __forceinline__ unsigned thread_in_block() {
  return threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
}
__device__ __forceinline__ unsigned block_in_grid() {
  return blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
}

/// visits[i] counts the threads whose number is i.
static __global__ void visit(int* visits) {
  const unsigned threads = blockDim.x * blockDim.y * blockDim.z;
  atomicAdd(&visits[block_in_grid() * threads + thread_in_block()], 1);
}

/// out[block] = Σ x over the block's stretch of blockDim.x elements
static __global__ void sum_by_block(const float* x, float* out) {
  const float sum = block_sum(x[blockIdx.x * blockDim.x + threadIdx.x]);
  if (threadIdx.x == 0) out[blockIdx.x] = sum;
}

/// Per block, mean and Σ (x − mean)²: block_sum twice in a row.
static __global__ void moments_by_block(const float* x, float* mean, float* squares) {
  const float value = x[blockIdx.x * blockDim.x + threadIdx.x];
  const float m = block_sum(value) / static_cast<float>(blockDim.x);
  const float s = block_sum((value - m) * (value - m));
  if (threadIdx.x == 0) mean[blockIdx.x] = m, squares[blockIdx.x] = s;
}

/// The classic tree in dynamic shared memory, one barrier per level; blockDim.x is a power of two.
static __global__ void tree_sum(const double* x, double* out) {
  double* const level = dynamic_shared<double>();
  level[threadIdx.x] = x[blockIdx.x * blockDim.x + threadIdx.x];
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) level[threadIdx.x] += level[threadIdx.x + half];
  }
  if (threadIdx.x == 0) out[blockIdx.x] = level[0];
}

/// y = xᵀ for an n × n matrix, by tiles of 32 × 32 and blocks of (32, 8).
static __global__ void transpose(unsigned n, const float* x, float* y) {
  NORMA_SHARED(float[32][33], tile);  // 33: a column is in 32 different banks
  const unsigned column = blockIdx.x * 32 + threadIdx.x, row = blockIdx.y * 32 + threadIdx.y;
  for (unsigned i = 0; i < 32; i += 8)
    if (column < n && row + i < n) tile[threadIdx.y + i][threadIdx.x] = x[(row + i) * n + column];
  __syncthreads();
  const unsigned y_column = blockIdx.y * 32 + threadIdx.x, y_row = blockIdx.x * 32 + threadIdx.y;
  for (unsigned i = 0; i < 32; i += 8)
    if (y_column < n && y_row + i < n) y[(y_row + i) * n + y_column] = tile[threadIdx.x][threadIdx.y + i];
}

/// Threads beyond n leave before the barrier; the others reverse x within the block's stretch.
static __global__ void reverse_in_block(unsigned n, const int* x, int* y) {
  NORMA_SHARED(int[128], stretch);
  const unsigned begin = blockIdx.x * blockDim.x, i = begin + threadIdx.x;
  if (i >= n) return;
  const unsigned length = min(n - begin, blockDim.x);
  stretch[threadIdx.x] = x[i];
  __syncthreads();
  y[i] = stretch[length - 1 - threadIdx.x];
}

/// Counts the elements of each value 0 … 15: in shared memory first, then all blocks into one.
static __global__ void histogram(unsigned n, const int* x, unsigned* count) {
  NORMA_SHARED(unsigned[16], mine);
  if (threadIdx.x < 16) mine[threadIdx.x] = 0;
  __syncthreads();
  for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    atomicAdd(&mine[x[i]], 1u);
  __syncthreads();
  if (threadIdx.x < 16) atomicAdd(&count[threadIdx.x], mine[threadIdx.x]);
}

}  // namespace norma::NORMA_EXECUTOR
