// The functions of the CUDA runtime for core; in a build without CUDA, only the reason why it is missing.
// A process uses one GPU: the chosen one, else the first, or if mpirun or srun started process k on this
// machine, GPU k modulo their number. Each thread has a stream of its own, which keeps the order of its
// calls. (The default stream cannot be recorded.)
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

namespace norma::cuda_runtime {

/// The number of the GPU that this process uses, as in `--device cuda:1`; before its first use.
void choose_gpu(int number);

/// Empty where the chosen GPU has run a kernel, else a clause: "this build of Norma has no CUDA (…)", "the
/// GPU … has compute capability 6.1, for which this build of Norma has no code: …".
std::string unavailable_because();
/// Identifies the chosen GPU among those of all machines.
using GpuId = std::array<char, 16>;
GpuId gpu_id();
/// Whether the machine has the chosen GPU, even one that Norma cannot use.
bool gpu_exists();
/// "NVIDIA H100 (compute capability 9.0, driver 12.4)"; empty where no GPU answers.
std::string gpu_name();

void* allocate(std::size_t bytes);
void free(void* block);
void copy(void* to, const void* from, std::size_t bytes);
void clear(void* to, std::size_t bytes);
void synchronize();

/// With NORMA_LAUNCH_BLOCKING=1 in the environment every launch waits for its kernel, so that a fault is
/// blamed on the kernel that caused it. Nothing is recorded then.
bool launch_blocking();
/// The text of a cudaError_t. Where a kernel has failed that was launched earlier, it says so.
std::string describe(int status);

/// The stream of this thread: a cudaStream_t.
void* stream();
/// Whether the stream has no work left.
bool idle();
/// Calls f() and returns what it asked of the stream as an executable graph.
void* record_graph(const std::function<void()>& f);
void launch_graph(void* graph);
void destroy_graph(void* graph);

// To measure. The stream of this thread waits until `released` is true, at most for two seconds; the caller
// keeps it until the stream has finished.
void hold_stream(const std::atomic<bool>& released);
/// A cudaEvent_t at the present end of the stream.
void* record_event();
/// Returns when the stream has passed it; for any thread.
void wait_for_event(void* event);
/// Between two events that the stream has passed.
double seconds_between(void* begin, void* end);
void destroy_event(void* event);
/// Tells a profiler such as ncu to begin or to end.
void profile(bool on);

}  // namespace norma::cuda_runtime
