// Atomic functions, within a block and between blocks on several OS threads.
#include <cstdint>
#include <vector>

#include "tests/kernels/simt/kernels.cuh"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

struct Cells {
  int sum = 0, low = 1 << 30, high = -1;
  unsigned bits = 0, kept = ~0u, flipped = 0;
  unsigned long long big = 0;
  float real = 0;
  double twice = 0;
  int lock = 0, under_lock = 0;
};

__global__ void use_all(Cells* cells) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  atomicAdd(&cells->sum, 1);
  atomicMin(&cells->low, i - 5);
  atomicMax(&cells->high, i);
  atomicOr(&cells->bits, 1u << i % 32);
  atomicAnd(&cells->kept, ~(1u << i % 7));
  atomicXor(&cells->flipped, static_cast<unsigned>(i));
  atomicAdd(&cells->big, 1ull << 40);
  atomicAdd(&cells->real, 1);
  atomicAdd(&cells->twice, 0.5);
  atomicSub(&cells->under_lock, -3);
}

/// Every thread takes a different ticket, the result of atomicAdd.
__global__ void take_tickets(int* counter, int* taken_by) {
  taken_by[atomicAdd(counter, 1)] = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
}

__global__ void maximum_by_cas(const float* x, unsigned* bits) {
  const float value = x[blockIdx.x * blockDim.x + threadIdx.x];
  unsigned seen = *reinterpret_cast<volatile unsigned*>(bits);
  while (__uint_as_float(seen) < value) {
    const unsigned before = atomicCAS(bits, seen, __float_as_uint(value));
    if (before == seen) break;
    seen = before;
  }
}

TEST_CASE("atomic functions lose no update between blocks") {
  Cells cells;
  launch(use_all, {50, 100}, &cells);
  CHECK(cells.sum == 5000);
  CHECK(cells.low == -5);
  CHECK(cells.high == 4999);
  CHECK(cells.bits == ~0u);
  CHECK(cells.kept == ~0x7fu);
  unsigned flipped = 0;
  for (unsigned i = 0; i < 5000; ++i) flipped ^= i;
  CHECK(cells.flipped == flipped);
  CHECK(cells.big == 5000ull << 40);
  CHECK(cells.real == 5000.0f);
  CHECK(cells.twice == 2500.0);
  CHECK(cells.under_lock == 15000);
}

TEST_CASE("atomicAdd returns the previous value") {
  int counter = 0;
  std::vector<int> taken_by(20 * 64, -1), seen(20 * 64);
  launch(take_tickets, {20, 64}, &counter, taken_by.data());
  for (const int thread : taken_by) {
    REQUIRE(thread >= 0);
    ++seen[static_cast<std::size_t>(thread)];
  }
  CHECK(seen == std::vector<int>(seen.size(), 1));
}

TEST_CASE("a loop around atomicCAS finds the maximum") {
  std::vector<float> x(640);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 769 % 640);
  unsigned bits = 0;
  launch(maximum_by_cas, {10, 64}, x.data(), &bits);
  CHECK(__uint_as_float(bits) == 639.0f);
}

TEST_CASE("atomicExch and atomicCAS") {
  float x = 1.5f;
  CHECK(atomicExch(&x, 2.5f) == 1.5f);
  CHECK(x == 2.5f);
  int i = 3;
  CHECK(atomicCAS(&i, 4, 5) == 3);
  CHECK(i == 3);
  CHECK(atomicCAS(&i, 3, 5) == 3);
  CHECK(i == 5);
}

TEST_CASE("a histogram in shared memory") {
  std::vector<int> x(10000);
  std::vector<unsigned> expected(16);
  for (std::size_t i = 0; i < x.size(); ++i)
    ++expected[static_cast<std::size_t>(x[i] = static_cast<int>(i * i % 16))];
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    std::vector<unsigned> count(16);
    launch(histogram, {7, 96}, 10000u, x.data(), count.data());
    CHECK(count == expected);
  }
}

}  // namespace
}  // namespace norma::simt
