// cp.async: what a thread brings to shared memory without waiting, and what happens to kernels that do not
// wait for it.
#include <cmath>
#include <vector>

#include "core/error.h"
#include "kernels/cuda/copy_async.cuh"
#include "kernels/simt/guarded_buffer.h"
#include "kernels/simt/sanitizer.h"
#include "tests/support/catch.h"

using Catch::Contains;

namespace norma::simt {
namespace {

constexpr int blocks = 2, threads = 64, tiles = 5, block_size = tiles * threads;

/// Each block: y[tile, i] = x[tile, threads − 1 − i], where i + tile is a multiple of 3, else 0; two stages.
template <class T>
__global__ void reverse_tiles(const T* x, T* y) {
  NORMA_SHARED(T[2][threads], stretch);
  const int t = static_cast<int>(threadIdx.x), block = static_cast<int>(blockIdx.x);
  x += block * block_size, y += block * block_size;
  in_two_stages(
      0, tiles, 1,
      [&](int tile, int stage) {
        copy_async(&stretch[stage][t], {x + tile * threads + t, (tile + threads - 1 - t) % 3 == 0});
      },
      [&](int tile, int stage) { y[tile * threads + t] = stretch[stage][threads - 1 - t]; });
}

/// The same with one stage; `Pending` groups may be under way when the tile is used, Barriers guard it.
template <int Pending, bool Barriers>
__global__ void reverse_carelessly(const float* x, float* y) {
  NORMA_SHARED(float[threads], stretch);
  const int t = static_cast<int>(threadIdx.x), block = static_cast<int>(blockIdx.x);
  x += block * block_size, y += block * block_size;
  for (int tile = 0; tile < tiles; ++tile) {
    copy_async(&stretch[t], {x + tile * threads + t, (tile + threads - 1 - t) % 3 == 0});
    end_group_of_copies();
    wait_for_copies<Pending>();
    if (Barriers) __syncthreads();
    y[tile * threads + t] = stretch[threads - 1 - t];
    if (Barriers) __syncthreads();
  }
}

template <class T>
bool is_reversed(void (*kernel)(const T*, T*), const Schedule& schedule) {
  const UseSchedule use(schedule);
  GuardedBuffer<T> x(blocks * block_size), y(blocks * block_size);
  for (int i = 0; i < blocks * block_size; ++i) x.data()[i] = static_cast<T>(i + 1);
  launch(kernel, {.grid = blocks, .block = threads}, x.data(), y.data());
  bool right = true;
  for (int row = 0; row < blocks * tiles; ++row)
    for (int i = 0; i < threads; ++i) {
      const int from = row * threads + threads - 1 - i;
      const T expected = (i + row % tiles) % 3 == 0 ? static_cast<T>(from + 1) : T{0};
      right &= y.data()[row * threads + i] == expected;
    }
  return right;
}

/// Under how many schedules a kernel reverses the tiles.
int schedules_survived(void (*kernel)(const float*, float*)) {
  int survived = 0;
  for (const Schedule& schedule : all_schedules) survived += is_reversed<float>(kernel, schedule) ? 1 : 0;
  return survived;
}

__global__ void copy_to_global(const float* x, float* y) { copy_async(y, {x, true}); }
__global__ void copy_misaligned(const double* x) {
  NORMA_SHARED(float[4], stretch);
  copy_async(reinterpret_cast<double*>(stretch + 1), {x, true});
}

}  // namespace

TEST_CASE("asynchronous copies arrive, or zeros do, under any schedule", "[simt]") {
  for (const Schedule& schedule : all_schedules) {
    CAPTURE(name(schedule.order), schedule.seed);
    CHECK(is_reversed<float>(reverse_tiles<float>, schedule));
    CHECK(is_reversed<double>(reverse_tiles<double>, schedule));
    CHECK(is_reversed<float>(reverse_carelessly<0, true>, schedule));
  }
}

TEST_CASE("a kernel that does not wait for its copies, or has no barrier after it, is found out", "[simt]") {
  CHECK(schedules_survived(reverse_carelessly<0, true>) == static_cast<int>(all_schedules.size()));
  CHECK(schedules_survived(reverse_carelessly<1, true>) == 1);  // in_order, where copies arrive at once
  CHECK(schedules_survived(reverse_carelessly<0, false>) == 0);
}

TEST_CASE("an asynchronous copy goes to shared memory, at multiples of its size", "[simt]") {
  GuardedBuffer<float> x(4), y(4);
  CHECK_THROWS_WITH(launch(copy_to_global, {}, x.data(), y.data()),
                    Contains("an asynchronous copy goes to shared memory, not elsewhere"));
  GuardedBuffer<double> z(4);
  if (!sanitizer::present)
    CHECK_THROWS_WITH(launch(copy_misaligned, {}, z.data()),
                      Contains("an asynchronous copy of 8 bytes needs addresses that are multiples of 8"));
}

}  // namespace norma::simt
