// The sums of teams: correct, the same in every thread, and safe to call twice in a row.
#include "kernels/cuda/team.cuh"

#include "tests/support/catch.h"

#include "kernels/simt/guarded_buffer.h"
#include "kernels/simt/schedule.h"

namespace norma::simt {
namespace {

/// Each thread's two sums of its team, one directly after the other.
template <class T, class Team>
__global__ void sum_twice(Team team, const T* x, T* first, T* second) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  first[i] = team.sum(x[i]);
  second[i] = team.sum(x[i] + 1);
}

__global__ void largest_and_sum(float* largest, float* sum) {
  const float v = static_cast<float>((threadIdx.x * 7 + 3) % 32) - 40;
  largest[threadIdx.x] = warp_max(v);
  sum[threadIdx.x] = warp_sum(v);
}

template <class T, class Team>
void check_sums(const Team& team, unsigned size, unsigned blocks, unsigned threads) {
  const std::size_t count = blocks * threads;
  GuardedBuffer<T> x(count), first(count), second(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<T>(i * i % 97);
  for (const Schedule& schedule : all_schedules) {
    INFO(name(schedule.order) << ", teams of " << size << ", blocks of " << threads);
    const UseSchedule use(schedule);
    launch(sum_twice<T, Team>, {.grid = blocks, .block = threads}, team, x.data(), first.data(),
           second.data());
    first.check(), second.check();
    for (std::size_t i = 0; i < count; ++i) {
      T want = 0;
      for (std::size_t k = 0; k < size; ++k) want += x[i / size * size + k];
      REQUIRE(first[i] == want);
      REQUIRE(second[i] == want + static_cast<T>(size));
    }
  }
}

template <class T>
void check_teams() {
  for (const unsigned lanes : {1u, 2u, 4u, 8u, 16u, 32u}) check_sums<T>(Lanes{lanes}, lanes, 2, 64);
  for (const unsigned threads : {32u, 96u, 256u, 512u}) check_sums<T>(Block{}, threads, 3, threads);
}

}  // namespace

TEST_CASE("teams sum twice in a row, under every schedule", "[team][simt]") {
  check_teams<float>();
  check_teams<double>();
}

TEST_CASE("warp_max and warp_sum reach every lane", "[team][simt]") {
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    GuardedBuffer<float> largest(64), sum(64);
    launch(largest_and_sum, {.block = 64}, largest.data(), sum.data());
    for (const float v : largest.span()) REQUIRE(v == 31 - 40);
    for (const float v : sum.span()) REQUIRE(v == 31 * 16 - 32 * 40);
  }
}

TEST_CASE("the number of blocks for teams is sufficient and minimal", "[team][simt]") {
  CHECK(blocks_for_teams(1, 32) == 1);
  CHECK(blocks_for_teams(8, 32) == 1);
  CHECK(blocks_for_teams(9, 32) == 2);
  CHECK(blocks_for_teams(257, 1) == 2);
}

}  // namespace norma::simt
