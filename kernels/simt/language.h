// CUDA's words for g++: keywords, indices, dimensions. They live in norma::simt, where the kernels live.
#pragma once

#define __global__ __attribute__((unused))  // kernels in a header need not all be launched
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(bytes) alignas(bytes)
#define __grid_constant__
// A plain `__shared__` array would be shared by all blocks, and writes beyond its end would not be found.
#define __shared__ static_assert(false, "declare shared memory as NORMA_SHARED(type, name)");

namespace norma::simt {

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

/// Of the CUDA thread that runs on this OS thread; the executor rewrites them at every switch.
extern constinit thread_local uint3 threadIdx;
extern constinit thread_local uint3 blockIdx;
extern constinit thread_local dim3 blockDim;
extern constinit thread_local dim3 gridDim;

inline constexpr int warpSize = 32;

/// There is one stream under simt, and it has ended when launch returns.
using cudaStream_t = struct Stream*;

}  // namespace norma::simt
