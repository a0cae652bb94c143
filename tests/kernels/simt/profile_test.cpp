// Counting and race detection, on kernels whose figures can be computed by hand. This file is compiled with
// instrumentation of its memory accesses (kernels/simt/README.md, "Counting"); without it nothing is counted.
#include "tests/support/catch.h"
#if NORMA_HAS_HOOKS
#include <numeric>
#include <vector>

#include "kernels/simt/counters.h"
#include "kernels/simt/guarded_buffer.h"
#include "tests/kernels/simt/group_norm_demo.cuh"

namespace norma::simt {
namespace {

template <class F>
Counters count(F run) {
  const CountLaunches counting;
  run();
  INFO(report(counting.result()));
  return counting.result();
}

void check(const Requests& r, std::uint64_t requests, std::uint64_t bytes, std::uint64_t transactions,
           std::uint64_t ideal) {
  CHECK(r.requests == requests);
  CHECK(r.bytes == bytes);
  CHECK(r.transactions == transactions);
  CHECK(r.ideal == ideal);
}

template <class T>
__global__ void copy(const T* x, T* y, unsigned stride, unsigned offset) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = x[i * stride + offset];
}

/// Two 32-word rows apart: column reads of a tile with and without padding.
template <int Width>
__global__ void read_columns(float* out) {
  NORMA_SHARED(float[32][Width], tile);
  for (unsigned row = 0; row < 32; ++row) tile[row][threadIdx.x] = 1;
  __syncthreads();
  float sum = 0;
  for (unsigned column = 0; column < 32; ++column) sum += tile[threadIdx.x][column];
  out[threadIdx.x] = sum;
}

template <class T>
__global__ void through_shared(T* out) {
  NORMA_SHARED(T[64], line);
  line[threadIdx.x] = out[threadIdx.x];
  out[threadIdx.x] = line[threadIdx.x];
}

__global__ void broadcast(const float* one, float* out) {
  NORMA_SHARED(float, shared);
  if (threadIdx.x == 0) shared = *one;
  __syncthreads();
  out[threadIdx.x] = shared + *one;
}

__global__ void accumulate(float* sum, const float* x) { atomicAdd(&sum[threadIdx.x % 2], x[threadIdx.x]); }

TEST_CASE("a coalesced copy moves no more than necessary") {
  GuardedBuffer<float> x(256), y(256);
  const Counters c = count([&] { launch(copy<float>, {2, 128}, x.data(), y.data(), 1u, 0u); });
  check(c.global_reads, 8, 1024, 32, 32);
  check(c.global_writes, 8, 1024, 32, 32);
  CHECK(c.global_bytes_read == 1024);
  CHECK(c.global_bytes_written == 1024);
  CHECK(c.shared_reads.requests == 0);
  CHECK(c.races.empty());
}

TEST_CASE("a warp of float4 or double needs more sectors, all of them necessary") {
  GuardedBuffer<float4> x(32), y(32);
  check(count([&] {
          launch(copy<float4>, {1, 32}, x.data(), y.data(), 1u, 0u);
        }).global_reads,
        1, 512, 16, 16);
  GuardedBuffer<double> u(32), v(32);
  check(count([&] {
          launch(copy<double>, {1, 32}, u.data(), v.data(), 1u, 0u);
        }).global_writes,
        1, 256, 8, 8);
  GuardedBuffer<unsigned char> s(32), t(32);
  check(count([&] {
          launch(copy<unsigned char>, {1, 32}, s.data(), t.data(), 1u, 0u);
        }).global_reads,
        1, 32, 1, 1);
}

TEST_CASE("strides and offsets waste sectors") {
  GuardedBuffer<float> x(32 * 32 + 8), y(32);
  check(count([&] { launch(copy<float>, {1, 32}, x.data(), y.data(), 2u, 0u); }).global_reads, 1, 128, 8, 4);
  check(count([&] {
          launch(copy<float>, {1, 32}, x.data(), y.data(), 32u, 0u);
        }).global_reads,
        1, 128, 32, 4);
  check(count([&] { launch(copy<float>, {1, 32}, x.data(), y.data(), 1u, 1u); }).global_reads, 1, 128, 5, 4);
  const Counters c = count([&] { launch(copy<float>, {1, 32}, x.data(), y.data(), 0u, 0u); });
  check(c.global_reads, 1, 128, 1, 1);
  CHECK(c.global_bytes_read == 4);
}

TEST_CASE("a column of a 32-wide tile is in one bank, that of a 33-wide tile in all banks") {
  GuardedBuffer<float> out(32);
  const Counters conflicting = count([&] { launch(read_columns<32>, {1, 32}, out.data()); });
  check(conflicting.shared_reads, 32, 4096, 32 * 32, 32);
  check(conflicting.shared_writes, 32, 4096, 32, 32);
  check(count([&] { launch(read_columns<33>, {1, 32}, out.data()); }).shared_reads, 32, 4096, 32, 32);
  CHECK(conflicting.sites.front().space == Space::shared);
  CHECK(conflicting.sites.front().kind == Access::Kind::read);
}

TEST_CASE("wide shared accesses serve half or a quarter of a warp at a time") {
  GuardedBuffer<double> d(64);
  check(count([&] { launch(through_shared<double>, {1, 64}, d.data()); }).shared_reads, 2, 512, 4, 4);
  GuardedBuffer<float4> f(64);
  check(count([&] { launch(through_shared<float4>, {1, 64}, f.data()); }).shared_writes, 2, 1024, 8, 8);
}

TEST_CASE("one word for all lanes is one transaction") {
  GuardedBuffer<float> one(1), out(64);
  const Counters c = count([&] { launch(broadcast, {1, 64}, one.data(), out.data()); });
  check(c.shared_reads, 2, 256, 2, 2);
  check(c.shared_writes, 1, 4, 1, 1);
  CHECK(c.races.empty());
}

TEST_CASE("atomic functions are counted and do not race with each other") {
  GuardedBuffer<float> sum(2), x(64);
  const Counters c = count([&] { launch(accumulate, {3, 64}, sum.data(), x.data()); });
  check(c.atomics, 6, 768, 6, 6);
  CHECK(c.races.empty());
}

TEST_CASE("correct kernels have no race, under any schedule") {
  std::vector<float> x(100 * 100, 1.0f), y(x.size()), out(4), squares(4);
  std::vector<double> d(512), sums(2);
  std::vector<int> values(1000);
  std::vector<unsigned> bins(16);
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    const Counters c = count([&] {
      launch(moments_by_block, {4, 256}, x.data(), out.data(), squares.data());
      launch(tree_sum, {2, 256, 2048}, d.data(), sums.data());
      launch(transpose, {{4, 4}, {32, 8}}, 100u, x.data(), y.data());
      launch(histogram, {3, 64}, 1000u, values.data(), bins.data());
    });
    INFO(report(c));
    CHECK(c.races.empty());
  }
}

TEST_CASE("group norm reads its input three times and writes its output once") {
  const int n = 2, c = 8, hw = 64, groups = 2;
  GuardedBuffer<float> x(1024), y(1024), weight(8), bias(8);
  const Counters counters = count([&] {
    group_norm_demo(n, {c, hw, groups, 1e-5f, x.data(), weight.data(), bias.data(), y.data()});
  });
  INFO(report(counters));
  CHECK(counters.races.empty());
  CHECK(counters.global_bytes_read == 1024 * 4 + 2 * 8 * 4);
  CHECK(counters.global_bytes_written == 1024 * 4);
  check(counters.global_writes, 32, 4096, 128, 128);
  CHECK(counters.global_reads.bytes == (3 + 2) * 4096);  // x three times; weight and bias once per element
  CHECK(counters.global_reads.transactions == 3 * 128 + 2 * 32);
  CHECK(counters.global_reads.transactions == counters.global_reads.ideal);
  CHECK(counters.shared_reads.transactions == counters.shared_reads.ideal);
}

// ── Races ──────────────────────────────────────────────────────────────────────────────────────────────────

__global__ void no_barrier(float* out) {
  NORMA_SHARED(float[64], line);
  line[threadIdx.x] = 1;
  out[threadIdx.x] = line[63 - threadIdx.x];
}

/// block_sum without its second barrier, twice.
__global__ void unsafe_twice(float* out) {
  NORMA_SHARED(float[2], partial);
  float total = 0;
  for (int i = 0; i < 2; ++i) {
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = 1;
    __syncthreads();
    total += partial[0] + partial[1];
  }
  out[threadIdx.x] = total;
}

__global__ void within_warp(int* out, bool meet) {
  NORMA_SHARED(int[32], line);
  line[threadIdx.x] = static_cast<int>(threadIdx.x);
  if (meet)
    __syncwarp();
  else
    __shfl_sync(0xffffffffu, 0, 0);  // orders nothing
  out[threadIdx.x] = line[31 - threadIdx.x];
}

/// Lanes 0-15 meet, then lanes 8-31: the write of lane 0 happens before the read of lane 31, through lanes
/// 8-15.
__global__ void through_others(int* out) {
  NORMA_SHARED(int, word);
  const unsigned lane = threadIdx.x;
  if (lane == 0) word = 1;
  if (lane < 16) __syncwarp(0x0000ffffu);
  if (lane >= 8) __syncwarp(0xffffff00u);
  if (lane == 31) *out = word;
}

__global__ void same_word_from_all_blocks(int* out) { *out = static_cast<int>(blockIdx.x); }
__global__ void plain_and_atomic(int* out) {
  if (threadIdx.x == 0)
    *out = 0;
  else
    atomicAdd(out, 1);
}
__global__ void bytes_side_by_side(unsigned char* out) { out[blockIdx.x * blockDim.x + threadIdx.x] = 1; }

TEST_CASE("races are found under every schedule, whatever the result") {
  std::vector<float> out(64);
  std::vector<int> ints(64);
  std::vector<unsigned char> bytes(64);
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    INFO(name(schedule.order));

    const Counters missing = count([&] { launch(no_barrier, {1, 64}, out.data()); });
    REQUIRE(missing.races.size() == 1);
    CHECK(missing.races[0].space == Space::shared);
    CHECK(!missing.races[0].between_blocks);
    CHECK(missing.races[0].count == 64);
    CHECK(count([&] {
            launch(unsafe_twice, {1, 64}, out.data());
          }).races.size() == 2);  // two reads, one write
    CHECK(count([&] { launch(within_warp, {1, 32}, ints.data(), false); }).races.size() == 1);
    CHECK(count([&] { launch(within_warp, {1, 32}, ints.data(), true); }).races.empty());
    CHECK(count([&] { launch(through_others, {1, 32}, ints.data()); }).races.empty());

    const Counters blocks = count([&] { launch(same_word_from_all_blocks, {3, 1}, ints.data()); });
    REQUIRE(blocks.races.size() == 1);
    CHECK(blocks.races[0].between_blocks);
    CHECK(count([&] { launch(plain_and_atomic, {1, 8}, ints.data()); }).races.size() == 1);
    CHECK(count([&] { launch(bytes_side_by_side, {4, 16}, bytes.data()); }).races.empty());
  }
}

TEST_CASE("one launch does not race with the next, and shared memory of different blocks does not race") {
  std::vector<float> x(64), y(64);
  const Counters c = count([&] {
    launch(copy<float>, {2, 32}, x.data(), y.data(), 1u, 0u);
    launch(sum_by_block, {1, 64}, y.data(), x.data());
    launch(copy<float>, {1, 64}, x.data(), y.data(), 1u, 0u);
    launch(broadcast, {5, 8}, x.data(), y.data());
  });
  INFO(report(c));
  REQUIRE(c.races.size() == 1);  // of the broadcasts: all blocks write the same eight elements
  CHECK(c.races[0].space == Space::global);
}

TEST_CASE("a report is a table with one line per instruction and per race") {
  std::vector<float> out(64);
  const std::string text = report(count([&] { launch(no_barrier, {1, 64}, out.data()); }));
  CHECK_THAT(text, Catch::Contains("shared write") && Catch::Contains("race in shared memory: a "));
}

}  // namespace
}  // namespace norma::simt
#endif
