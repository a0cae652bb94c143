// The speed of the executor. Hidden: runs only with its tag [simt-speed].
#include <chrono>
#include <cstdio>
#include <vector>

#include "core/parallel.h"
#include "kernels/cuda/cuda.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

__global__ void barriers(int count) {
  for (int i = 0; i < count; ++i) __syncthreads();
}

__global__ void shuffles(int count, float* out) {
  float v = 1;
  for (int i = 0; i < count; ++i) v = __shfl_xor_sync(0xffffffffu, v, 1);
  if (threadIdx.x == 0) out[blockIdx.x] = v;
}

__global__ void meets_nobody(float* x) { x[blockIdx.x * blockDim.x + threadIdx.x] += 1; }

/// Prints the best of five runs, in nanoseconds per step.
template <class F>
void measure(const char* what, double steps, F run) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("  %-34s %7.1f ns %9.1f million per second\n", what, best / steps * 1e9, steps / best * 1e-6);
}

TEST_CASE("speed of simt", "[.][simt-speed]") {
  const int before = threads();
  set_threads(1);
  std::vector<float> x(256 * 1000);
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    std::printf("%s\n", name(schedule.order));
    measure("barrier, block of 256", 100.0 * 256 * 10, [] { launch(barriers, {100, 256}, 10); });
    measure("barrier, block of 1024", 25.0 * 1024 * 10, [] { launch(barriers, {25, 1024}, 10); });
    measure("shuffle, block of 256", 100.0 * 256 * 10, [&] { launch(shuffles, {100, 256}, 10, x.data()); });
    measure("thread without barriers", 1000.0 * 256, [&] { launch(meets_nobody, {1000, 256}, x.data()); });
  }
  set_threads(before);
}

}  // namespace
}  // namespace norma::simt
