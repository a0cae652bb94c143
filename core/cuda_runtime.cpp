#include "core/cuda_runtime.h"

#include "core/error.h"

#ifdef NORMA_CUDA
#include <cuda_runtime_api.h>
#endif

namespace norma::cuda_runtime {

#ifdef NORMA_CUDA

namespace {

void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) fail("the GPU could not {}: {}", what, cudaGetErrorString(status));
}

}  // namespace

std::string unavailable_because() {
  static const std::string reason = [] {
    int devices = 0;
    const cudaError_t status = cudaGetDeviceCount(&devices);
    cudaGetLastError();  // clears the error, so that a later launch does not report it
    if (status == cudaSuccess && devices > 0) return std::string();
    return fmt::format("no GPU answers ({})",
                       status == cudaSuccess ? "there is none" : cudaGetErrorString(status));
  }();
  return reason;
}

std::string gpu_name() {
  if (!unavailable_because().empty()) return "";
  cudaDeviceProp properties{};
  int driver = 0;
  check(cudaGetDeviceProperties(&properties, 0), "tell its name");
  check(cudaDriverGetVersion(&driver), "tell its driver");
  return fmt::format("{} (compute capability {}.{}, CUDA driver {}.{})", properties.name, properties.major,
                     properties.minor, driver / 1000, driver % 1000 / 10);
}

void* allocate(std::size_t bytes) {
  void* block = nullptr;
  const cudaError_t status = cudaMalloc(&block, bytes);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  check(status, "allocate memory");
  return block;
}

void free(void* block) { cudaFree(block); }

// Between host and device cudaMemcpy waits for what the copy needs; within the device it only takes its turn.
void copy(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpy(to, from, bytes, cudaMemcpyDefault), "copy memory");
}

void clear(void* to, std::size_t bytes) { check(cudaMemsetAsync(to, 0, bytes, nullptr), "clear memory"); }

void synchronize() { check(cudaStreamSynchronize(nullptr), "finish its work"); }

#else

std::string unavailable_because() {
  return "this build of Norma has no CUDA: where nvcc 12 or newer is installed, configure with "
         "-DNORMA_CUDA=ON";
}
std::string gpu_name() { return ""; }

// Never called: Tensor::empty refuses the device first.
void* allocate(std::size_t) { return nullptr; }
void free(void*) {}
void copy(void*, const void*, std::size_t) { fail("{}", unavailable_because()); }
void clear(void*, std::size_t) { fail("{}", unavailable_because()); }
void synchronize() {}

#endif

}  // namespace norma::cuda_runtime
