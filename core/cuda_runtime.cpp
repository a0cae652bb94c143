#include "core/cuda_runtime.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>

#include "core/error.h"

#ifdef NORMA_CUDA
#include <cuda_profiler_api.h>
#include <cuda_runtime_api.h>

#include <thread>

#include "core/clock.h"
#endif

namespace norma::cuda_runtime {

#ifdef NORMA_CUDA

int run_probe();  // in cuda_probe.cu

namespace {

std::optional<int> chosen_gpu;
std::atomic<bool> in_use = false;  // it was asked for

void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) fail("the GPU could not {}: {}", what, describe(status));
}

cudaError_t count_gpus(int& count) {
  count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  cudaGetLastError();  // clears the error, so that a later launch does not report it
  return status;
}

int gpu_count() {
  int count = 0;
  return count_gpus(count) == cudaSuccess ? count : 0;
}

// The number of this process among those that a launcher started on this machine, from 0.
int rank_on_this_machine() {
  for (const char* name : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"})
    if (const char* const rank = std::getenv(name)) return std::max(0, std::atoi(rank));
  return 0;
}

int used_gpu() {
  if (!chosen_gpu) chosen_gpu = rank_on_this_machine() % std::max(1, gpu_count());
  return *chosen_gpu;
}

// Why the GPU of this number cannot be used; empty if it can.
std::string reason_against(int gpu) {
  int count = 0;
  if (const cudaError_t status = count_gpus(count); status != cudaSuccess)
    return fmt::format("no GPU answers ({})", cudaGetErrorString(status));
  if (count == 0) return "no GPU answers (there is none)";
  if (gpu >= count)
    return fmt::format("there is no cuda:{}: the driver shows {} GPU{}, from cuda:0 on", gpu, count,
                       count == 1 ? "" : "s");
  if (cudaSetDevice(gpu) == cudaSuccess && run_probe() == cudaSuccess) return "";
  const cudaError_t failure = cudaGetLastError();
  cudaDeviceProp properties{};
  cudaGetDeviceProperties(&properties, gpu);
  cudaGetLastError();
  if (failure == cudaErrorNoKernelImageForDevice || failure == cudaErrorInvalidDeviceFunction)
    return fmt::format(
        "the GPU {0} has compute capability {1}.{2}, for which this build of Norma has no code: configure it "
        "with -DCMAKE_CUDA_ARCHITECTURES={1}{2}",
        properties.name, properties.major, properties.minor);
  return fmt::format("the GPU {} runs no kernel ({})", properties.name, cudaGetErrorString(failure));
}

}  // namespace

void choose_gpu(int number) {
  if (in_use && number != used_gpu())
    fail("cuda:{} cannot be chosen any more: cuda:{} is in use", number, used_gpu());
  chosen_gpu = number;
}

std::string unavailable_because() {
  static const std::string reason = [] {
    in_use = true;
    return reason_against(used_gpu());
  }();
  return reason;
}

bool gpu_exists() { return used_gpu() < gpu_count(); }

std::string gpu_name() {
  if (!unavailable_because().empty()) return "";
  cudaDeviceProp properties{};
  int driver = 0;
  check(cudaGetDeviceProperties(&properties, used_gpu()), "tell its name");
  check(cudaDriverGetVersion(&driver), "tell its driver");
  return fmt::format("{} (compute capability {}.{}, CUDA driver {}.{})", properties.name, properties.major,
                     properties.minor, driver / 1000, driver % 1000 / 10);
}

GpuId gpu_id() {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, used_gpu()), "tell its number");
  GpuId id{};
  std::copy_n(properties.uuid.bytes, id.size(), id.begin());
  return id;
}

bool launch_blocking() {
  static const bool on = [] {
    const char* value = std::getenv("NORMA_LAUNCH_BLOCKING");
    return value != nullptr && std::string(value) == "1";
  }();
  return on;
}

std::string describe(int status) {
  const auto error = static_cast<cudaError_t>(status);
  switch (error) {
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorIllegalInstruction:
    case cudaErrorHardwareStackError:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
      return fmt::format("{}; {}", cudaGetErrorString(error),
                         launch_blocking() ? "a kernel of another thread may have caused it"
                                           : "an earlier kernel may have caused it: NORMA_LAUNCH_BLOCKING=1 "
                                             "in the environment tells which one");
    default:
      return cudaGetErrorString(error);
  }
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

void* stream() {
  static thread_local const cudaStream_t own = [] {
    cudaStream_t made = nullptr;
    check(cudaSetDevice(used_gpu()), "be chosen");
    check(cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking), "make a stream");
    return made;
  }();
  return own;
}

namespace {
cudaStream_t own_stream() { return static_cast<cudaStream_t>(stream()); }
}  // namespace

// Queues the copy after earlier kernels. From and to memory of the host it returns when the copy is made, or,
// from memory that is not page-locked, when it may be changed.
void copy(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, own_stream()), "copy memory");
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  check(cudaStreamIsCapturing(own_stream(), &capture), "tell whether it records");
  cudaPointerAttributes there{};
  if (capture == cudaStreamCaptureStatusNone &&
      (cudaPointerGetAttributes(&there, to) != cudaSuccess || there.type != cudaMemoryTypeDevice))
    synchronize();
}

void clear(void* to, std::size_t bytes) {
  check(cudaMemsetAsync(to, 0, bytes, own_stream()), "clear memory");
}

void synchronize() { check(cudaStreamSynchronize(own_stream()), "finish its work"); }

bool idle() {
  const cudaError_t status = cudaStreamQuery(own_stream());
  if (status != cudaErrorNotReady)
    check(status, "finish its work");
  else
    cudaGetLastError();  // clears it, so that a later launch does not report it
  return status == cudaSuccess;
}

void* record_graph(const std::function<void()>& f) {
  check(cudaStreamBeginCapture(own_stream(), cudaStreamCaptureModeThreadLocal), "begin to record");
  cudaGraph_t graph = nullptr;
  try {
    f();
  } catch (...) {
    cudaStreamEndCapture(own_stream(), &graph);
    if (graph != nullptr) cudaGraphDestroy(graph);
    cudaGetLastError();
    throw;
  }
  check(cudaStreamEndCapture(own_stream(), &graph), "end to record");
  cudaGraphExec_t executable = nullptr;
  const cudaError_t status = cudaGraphInstantiate(&executable, graph, 0);
  cudaGraphDestroy(graph);
  check(status, "make a graph");
  return executable;
}

void launch_graph(void* graph) {
  check(cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), own_stream()), "launch a graph");
}

void destroy_graph(void* graph) { cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(graph)); }

void hold_stream(const std::atomic<bool>& released) {
  const auto wait = [](void* flag) {
    const Clock clock;
    while (!*static_cast<const std::atomic<bool>*>(flag) && clock.seconds() < 2) std::this_thread::yield();
  };
  check(cudaLaunchHostFunc(own_stream(), wait, const_cast<std::atomic<bool>*>(&released)), "stop its stream");
}

void* record_event() {
  cudaEvent_t event = nullptr;
  check(cudaEventCreate(&event), "make an event");
  check(cudaEventRecord(event, own_stream()), "record an event");
  return event;
}

void wait_for_event(void* event) {
  own_stream();  // chooses the GPU of this thread
  check(cudaEventSynchronize(static_cast<cudaEvent_t>(event)), "finish its work");
}

double seconds_between(void* begin, void* end) {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, static_cast<cudaEvent_t>(begin), static_cast<cudaEvent_t>(end)),
        "tell the time between two events");
  return 1e-3 * milliseconds;
}

void destroy_event(void* event) { cudaEventDestroy(static_cast<cudaEvent_t>(event)); }

void profile(bool on) { check(on ? cudaProfilerStart() : cudaProfilerStop(), "be profiled"); }

#else

std::string unavailable_because() {
  return "this build of Norma has no CUDA: where nvcc 12 or newer is installed, configure with "
         "-DNORMA_CUDA=ON";
}
std::string gpu_name() { return ""; }
GpuId gpu_id() { return {}; }
bool gpu_exists() { return false; }
void choose_gpu(int) {}
bool launch_blocking() { return false; }
std::string describe(int) { return ""; }

// Never called: Tensor::empty refuses the device first.
void* allocate(std::size_t) { return nullptr; }
void free(void*) {}
void copy(void*, const void*, std::size_t) { fail("{}", unavailable_because()); }
void clear(void*, std::size_t) { fail("{}", unavailable_because()); }
void synchronize() {}
void* stream() { return nullptr; }
bool idle() { return true; }
void* record_graph(const std::function<void()>&) { fail("{}", unavailable_because()); }
void launch_graph(void*) { fail("{}", unavailable_because()); }
void destroy_graph(void*) {}
void hold_stream(const std::atomic<bool>&) {}
void* record_event() { return nullptr; }
void wait_for_event(void*) {}
double seconds_between(void*, void*) { return 0; }
void destroy_event(void*) {}
void profile(bool) {}

#endif

}  // namespace norma::cuda_runtime
