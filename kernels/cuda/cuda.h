// The one header a .cu file includes. Its kernels are compiled twice:
//
//                    ┌─ nvcc ──▶ norma::cuda::   on an NVIDIA GPU     <cuda_runtime.h>
//   group_norm.cu  ──┤
//                    └─ g++ ───▶ norma::simt::   on any CPU           kernels/simt/
//
// This folder holds what both executors share; its name is that of the language, CUDA C++. What simt alone
// needs is in kernels/simt/; the executor cuda needs nothing of its own, for nvcc and the runtime bring it.
//
//   launch.h    starts a kernel          pack.cuh    16-byte accesses        map.cuh     elementwise kernels
//   grid.cuh    a thread's place         team.cuh    sums in a block         reduce.cuh  sums of arrays
//   scratch.h   memory during a call    copy_async.cuh  tiles on their way    matmul.cuh  matrix products
//   mma.cuh     tensor cores            matmul_mma.cuh  matrix products on them
//   columns.cuh sums of columns         images.cuh  sums over images         ranks.cuh   of all processes
//
// Everything in a .cu file therefore stands in `namespace norma::NORMA_EXECUTOR { … }`: in one program the
// two compilations are different functions, as the one-definition rule demands. Under simt CUDA's own names
// live in norma::simt too, where kernels find them and no other code is disturbed.
//
// A kernel is plain CUDA C++, with two exceptions that exist so that simt can watch over shared memory
// (kernels/simt/shared_memory.h says how and why):
//
//   NORMA_SHARED(float[32][33], tile);         for   __shared__ float tile[32][33];
//   float* row = dynamic_shared<float>();      for   extern __shared__ float row[];
#pragma once

#ifdef __CUDACC__

// fmt 9 takes every nvcc for one without constexpr, and then does not compile as C++20. (Where core/error.h
// may come before this header, define it on the command line.)
#ifndef FMT_USE_CONSTEXPR
#define FMT_USE_CONSTEXPR 1
#endif

#include <cuda_runtime.h>

#include <type_traits>

#define NORMA_EXECUTOR cuda
#define NORMA_SHARED(Type, name) __shared__ std::type_identity_t<Type> name

namespace norma::cuda {

/// The `shared_bytes` of the launch, 16-byte aligned; one memory, whatever T.
template <class T>
__device__ __forceinline__ T* dynamic_shared() {
  static_assert(alignof(T) <= 16, "dynamic shared memory is aligned to 16 bytes");
  extern __shared__ __align__(16) unsigned char norma_dynamic_shared[];
  return reinterpret_cast<T*>(norma_dynamic_shared);
}

}  // namespace norma::cuda

#else

#define NORMA_EXECUTOR simt
#include "kernels/simt/async_copies.h"
#include "kernels/simt/atomics.h"
#include "kernels/simt/collectives.h"
#include "kernels/simt/device_math.h"
#include "kernels/simt/language.h"
#include "kernels/simt/matrix_unit.h"
#include "kernels/simt/shared_memory.h"
#include "kernels/simt/vector_types.h"

#endif

#include "kernels/cuda/launch.h"
