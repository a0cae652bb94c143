// Kernels with classic mistakes: the executor must reject them or give wrong results that a test can find.
#include <cmath>
#include <set>
#include <vector>

#include "core/error.h"
#include "kernels/simt/guarded_buffer.h"
#include "kernels/simt/sanitizer.h"
#include "tests/kernels/simt/kernels.cuh"
#include "tests/support/catch.h"

#ifdef __linux__
#include <sys/wait.h>
#include <unistd.h>
#endif

using Catch::Contains;

namespace norma::simt {
namespace {

constexpr unsigned full = 0xffffffffu;

/// y[i] = x[i + 1], without the barrier between writing and reading.
__global__ void shift_without_barrier(const float* x, float* y) {
  NORMA_SHARED(float[64], stretch);
  stretch[threadIdx.x] = x[threadIdx.x];
  y[threadIdx.x] = stretch[(threadIdx.x + 1) % 64];
}

/// block_sum without its second barrier: a fast warp overwrites values that a slow warp still reads.
__device__ float block_sum_unsafe_twice(float v) {
  NORMA_SHARED(float[32], partial);
  v = warp_sum(v);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = v;
  __syncthreads();
  float sum = 0;
  for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) sum += partial[warp];
  return sum;
}
__global__ void unsafe_twice(float* out) {
  const float a = block_sum_unsafe_twice(1), b = block_sum_unsafe_twice(1000);
  out[threadIdx.x] = a + b;
}

constexpr int divergent_line = __LINE__ + 3;
__global__ void divergent_barrier() {
  if (threadIdx.x < 16)
    __syncthreads();
  else
    __syncthreads();
}

__global__ void barrier_against_shuffle(int* out) {
  if (threadIdx.x == 3) __syncthreads();
  out[threadIdx.x] = __shfl_sync(full, 1, 0);
}

__global__ void shuffle_from_exited(int* out) {
  if (threadIdx.x == 9) return;
  out[threadIdx.x] = __shfl_xor_sync(full, 1, 1);
}

__global__ void shuffle_from_nobody(int* out) { out[threadIdx.x] = __shfl_down_sync(full, 1, 16); }

__global__ void shuffle_outside_mask(int* out) {
  if (threadIdx.x < 8) out[threadIdx.x] = __shfl_sync(0xffu, 1, 8);
}

__global__ void mask_without_caller() { __syncwarp(0xfffffffeu); }

__global__ void different_masks(int* out) {
  out[threadIdx.x] =
      __shfl_sync(threadIdx.x < 4 ? 0xffffffffu : 0xfffffff1u, 1, static_cast<int>(threadIdx.x));
}

__global__ void odd_width(int* out) { out[threadIdx.x] = __shfl_sync(full, 1, 0, 12); }

/// Depends on which lanes run together by chance.
__global__ void trusts_active_mask(int* out) {
  if (threadIdx.x < 8) out[threadIdx.x] = __shfl_sync(__activemask(), static_cast<int>(threadIdx.x), 0);
}

__global__ void overrun_static(unsigned beyond) {
  NORMA_SHARED(float[40], first);
  NORMA_SHARED(float[8], second);
  first[threadIdx.x] = second[threadIdx.x % 8] = 0;
  if (threadIdx.x == 0) (&first[0])[39 + beyond] = 1;
  __syncthreads();
}

__global__ void overrun_dynamic(unsigned index) { dynamic_shared<char>()[index] = 1; }

__global__ void read_uninitialised(float* out) {
  NORMA_SHARED(float[4], never_written);
  out[threadIdx.x] = never_written[threadIdx.x];
  never_written[threadIdx.x] = 1;  // the next block must not find it
}

__global__ void no_dynamic_memory() { dynamic_shared<float>()[0] = 1; }

template <int Bytes>
__global__ void static_memory() {
  NORMA_SHARED(char[Bytes], much);
  much[0] = 1;
}

__global__ void write_everywhere(int n, float* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i <= n) y[i] = 1;  // ≤ instead of <
}

/// The different results under all schedules: only one for a correct kernel.
template <class F>
std::set<std::vector<float>> results(F run) {
  std::set<std::vector<float>> results;
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    results.insert(run());
  }
  return results;
}

TEST_CASE("a missing barrier gives NaN, in a different place under every schedule") {
  const std::vector<float> x(64, 1.0f);
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    std::vector<float> y(64);
    launch(shift_without_barrier, {1, 64}, x.data(), y.data());
    int nans = 0;
    for (const float v : y) nans += std::isnan(v);
    INFO(name(schedule.order));
    CHECK(nans > 0);
  }
}

TEST_CASE("a helper that is not safe to call twice gives different results under different schedules") {
  const auto all = results([] {
    std::vector<float> out(256);
    launch(unsafe_twice, {1, 256}, out.data());
    return out;
  });
  CHECK(all.size() > 1);
}

TEST_CASE("a barrier in a divergent branch is rejected with both places") {
  const std::string first = fmt::format("threads 0-15 at the barrier {}:{}", __FILE__, divergent_line);
  const std::string second = fmt::format("threads 16-63 at the barrier {}:{}", __FILE__, divergent_line + 2);
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    CHECK_THROWS_WITH(launch(divergent_barrier, {1, 64}), Contains(first) && Contains(second));
  }
}

TEST_CASE("a barrier that waits for a shuffle that waits for the barrier is rejected") {
  std::vector<int> out(32);
  CHECK_THROWS_WITH(
      launch(barrier_against_shuffle, {1, 32}, out.data()),
      Contains("threads 3 at the barrier") && Contains("threads 0-2, 4-31 at the warp operation"));
}

TEST_CASE("a shuffle from a lane that does not exist is rejected") {
  std::vector<int> out(64);
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    CHECK_THROWS_WITH(
        launch(shuffle_from_exited, {1, 32}, out.data()),
        Contains("thread 8 reads from lane 9, which has exited") && Contains("broken_kernels_test.cpp:"));
    CHECK_THROWS_WITH(launch(shuffle_from_nobody, {1, 40}, out.data()),
                      Contains("which the block does not have"));
    CHECK_THROWS_WITH(launch(shuffle_outside_mask, {1, 32}, out.data()),
                      Contains("from lane 8, which the mask 0x000000ff does not name"));
    CHECK_THROWS_WITH(launch(mask_without_caller, {1, 32}), Contains("lane 0, which the mask 0xfffffffe"));
    CHECK_THROWS_WITH(launch(different_masks, {1, 32}, out.data()),
                      Contains("threads 0-3 at the warp operation"));
    CHECK_THROWS_WITH(launch(odd_width, {1, 32}, out.data()), Contains("width of a shuffle"));
    CHECK_THROWS_WITH(launch(trusts_active_mask, {1, 32}, out.data()), Contains("does not name"));
  }
}

TEST_CASE("a read of shared memory that was never written gives NaN in every block") {
  std::vector<float> out(4);
  for (int repeat = 0; repeat < 3; ++repeat) {
    launch(read_uninitialised, {5, 4}, out.data());
    for (const float v : out) CHECK(std::isnan(v));
  }
}

TEST_CASE("more shared memory than a GPU has is refused") {
  CHECK_THROWS_WITH(launch(no_dynamic_memory, {1, 1}), Contains("launched with shared_bytes = 0"));
  CHECK_NOTHROW(launch(static_memory<48 * 1024>, {1, 1}));
  CHECK_THROWS_WITH(launch(static_memory<48 * 1024 + 1>, {1, 1}), Contains("static shared memory"));
  CHECK_NOTHROW(launch(static_memory<1024>, {1, 1, shared_bytes_at_most - 1024}));
  CHECK_THROWS_WITH(launch(static_memory<1025>, {1, 1, shared_bytes_at_most - 1024}),
                    Contains("of shared memory"));
}

/// The error output with which run() ends the program, in a child process; empty if it ends normally.
template <class F>
std::string death_message(F run) {
#ifdef __linux__
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipe_ends[1], 2);
    run();
    _exit(0);
  }
  close(pipe_ends[1]);
  std::string message;
  char buffer[4096];
  for (ssize_t got; (got = read(pipe_ends[0], buffer, sizeof buffer)) > 0;)
    message.append(buffer, buffer + got);
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : message;
#else
  run();
  return "use-after-poison";
#endif
}

TEST_CASE("a write beyond shared memory is found") {
  if (sanitizer::present) {
    // One block runs on this OS thread, so it works after a fork, which keeps only this thread.
    CHECK_THAT(death_message([] { launch(overrun_static, {1, 40}, 1u); }), Contains("use-after-poison"));
    CHECK_THAT(death_message([] { launch(overrun_dynamic, {1, 1, 10}, 10u); }), Contains("use-after-poison"));
    CHECK_THAT(death_message([] { launch(overrun_static, {1, 40}, 0u); }), Catch::Equals(""));
    return;
  }
  CHECK_NOTHROW(launch(overrun_static, {1, 40}, 0u));
  CHECK_THROWS_WITH(
      launch(overrun_static, {1, 40}, 1u),
      Contains("0 bytes beyond the end of the shared variable first") && Contains("before the barrier"));
  CHECK_NOTHROW(launch(overrun_dynamic, {1, 1, 10}, 9u));
  CHECK_THROWS_WITH(launch(overrun_dynamic, {1, 1, 10}, 10u),
                    Contains("0 bytes beyond the end of the 10 bytes of dynamic"));
  CHECK_THROWS_WITH(launch(overrun_dynamic, {1, 1, 10}, 200u), Contains("190 bytes beyond the end"));
}

TEST_CASE("a write beyond a buffer in global memory is found") {
  if (sanitizer::present) {
    CHECK_THAT(death_message([] {
                 GuardedBuffer<float> y(100);
                 launch(write_everywhere, {1, 128}, 100, y.data());
               }),
               Contains("use-after-poison"));
    return;
  }
  GuardedBuffer<float> y(100), z(100);
  launch(write_everywhere, {1, 128}, 99, y.data());
  CHECK_NOTHROW(y.check());
  launch(write_everywhere, {1, 128}, 100, z.data());
  CHECK_THROWS_WITH(z.check(), Contains("beyond the end of a buffer of 100"));
}

}  // namespace
}  // namespace norma::simt
