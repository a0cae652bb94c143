// Scratch memory that a kernel of this executor can reach, given back at the end of the scope.
#pragma once

#include "kernels/cuda/cuda.h"

#ifdef __CUDACC__
#include "kernels/cuda/launch.h"
#else
#include "kernels/scratch.h"
#endif

namespace norma::NORMA_EXECUTOR {

#ifdef __CUDACC__

/// `count` uninitialised elements of device memory, allocated and freed in the order of the stream.
template <class T>
class DeviceScratch {
 public:
  explicit DeviceScratch(long long count) {
    const cudaError_t status =
        cudaMallocAsync(reinterpret_cast<void**>(&data_), static_cast<size_t>(count) * sizeof(T), nullptr);
    if (status != cudaSuccess) fail("no scratch memory on the GPU: {}", cudaGetErrorString(status));
  }
  ~DeviceScratch() { cudaFreeAsync(data_, nullptr); }
  DeviceScratch(const DeviceScratch&) = delete;
  DeviceScratch& operator=(const DeviceScratch&) = delete;
  T* data() const { return data_; }

 private:
  T* data_ = nullptr;
};

#else

template <class T>
using DeviceScratch = Scratch<T>;

#endif

}  // namespace norma::NORMA_EXECUTOR
