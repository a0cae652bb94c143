// The helpers that kernels share: sums come out right, in every thread, and twice in a row.
#include "kernels/cuda/reduce.cuh"

#include "kernels/simt/guarded_buffer.h"
#include "kernels/simt/schedule.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

/// Every thread writes what it got from block_sum, called twice in a row.
template <class T>
__global__ void sum_twice(T* once, T* twice) {
  const T i = static_cast<T>(threadIdx.x);
  const T first = block_sum(i), second = block_sum(i * i);
  once[thread_in_grid()] = first;
  twice[thread_in_grid()] = second;
}

__global__ void largest_and_sum(float* largest, float* sum) {
  const float v = static_cast<float>((threadIdx.x * 7 + 3) % 32) - 40;
  largest[threadIdx.x] = warp_max(v);
  sum[threadIdx.x] = warp_sum(v);
}

struct Square {
  __device__ double operator()(long long i) const { return static_cast<double>(i * i); }
};
struct Store {
  double* sum;
  __device__ void operator()(double v) const { *sum = v; }
};

template <class T>
void check_block_sum() {
  for (const Schedule& schedule : all_schedules) {
    INFO(name(schedule.order));
    const UseSchedule use(schedule);
    GuardedBuffer<T> once(2 * block_threads), twice(2 * block_threads);
    launch(sum_twice<T>, {.grid = 2, .block = block_threads}, once.data(), twice.data());
    for (const T v : once.span()) REQUIRE(v == 255 * 256 / 2);
    for (const T v : twice.span()) REQUIRE(v == 255 * 256 * 511 / 6);
    once.check(), twice.check();
  }
}

TEST_CASE("block_sum gives every thread the sum, and may be called twice in a row", "[reduce][simt]") {
  check_block_sum<float>();
  check_block_sum<double>();
}

TEST_CASE("warp_max and warp_sum reach every lane", "[reduce][simt]") {
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    GuardedBuffer<float> largest(64), sum(64);
    launch(largest_and_sum, {.block = 64}, largest.data(), sum.data());
    for (const float v : largest.span()) REQUIRE(v == 31 - 40);
    for (const float v : sum.span()) REQUIRE(v == 31 * 16 - 32 * 40);
  }
}

TEST_CASE("sum_all adds every term once, in one launch or two", "[reduce][simt]") {
  for (const long long count : {0ll, 1ll, 255ll, 2048ll, 2049ll, 70001ll}) {
    double sum = -1;
    sum_all(count, Square{}, Store{&sum});
    CHECK(sum == static_cast<double>((count - 1) * count * (2 * count - 1) / 6));
  }
}

}  // namespace
}  // namespace norma::simt
