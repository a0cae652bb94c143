// Grids and blocks: every thread runs once, limits are checked, launches run in order, errors are reported.
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "kernels/simt/guarded_buffer.h"
#include "tests/kernels/simt/kernels.cuh"
#include "tests/support/catch.h"

using Catch::Contains;

namespace norma::simt {
namespace {

__global__ void nothing() {}

__global__ void record_positions(uint3* thread, uint3* block, dim3* dims) {
  const unsigned i = block_in_grid() * blockDim.x * blockDim.y * blockDim.z + thread_in_block();
  thread[i] = threadIdx;
  block[i] = blockIdx;
  dims[0] = blockDim;
  dims[1] = gridDim;
}

__global__ void throw_in(unsigned block, unsigned thread) {
  if (threadIdx.x == thread + 1) return;
  __syncthreads();
  if (blockIdx.x >= block && threadIdx.x == thread) fail("thrown in block {}", blockIdx.x);
  __syncthreads();
}

struct Counted {
  int* alive;
  explicit Counted(int* count) : alive(count) { ++*alive; }
  ~Counted() { --*alive; }
};

__global__ void throw_among_objects(int* alive) {
  const Counted counted(alive);
  __syncthreads();
  if (threadIdx.x == 17) throw 42;
  __syncthreads();
}

__global__ void change_parameters(std::vector<int> parameters, int* ok) {
  if (parameters[0] != 7) atomicExch(ok, 0);  // another thread changed it
  parameters[0] = static_cast<int>(threadIdx.x) + 100;
}

__global__ void launch_another() { launch(nothing, {}); }

TEST_CASE("every thread of every block runs exactly once, in one to three dimensions") {
  const std::vector<std::pair<dim3, dim3>> shapes = {
      {1, 1}, {7, 33}, {{3, 5}, {4, 9}}, {{2, 3, 4}, {5, 3, 2}}, {{1, 1, 3}, {2, 2, 64}}, {2, 1024}};
  for (const auto& [grid, block] : shapes)
    for (const Schedule& schedule : all_schedules) {
      INFO(name(schedule.order) << " grid " << grid.x << " " << grid.y << " " << grid.z);
      const UseSchedule use(schedule);
      std::vector<int> visits(grid.x * grid.y * grid.z * block.x * block.y * block.z);
      launch(visit, {grid, block}, visits.data());
      CHECK(visits == std::vector<int>(visits.size(), 1));
    }
}

TEST_CASE("the built-in indices have CUDA's order: x fastest") {
  std::vector<uint3> thread(2 * 3 * 4 * 5), block(thread);
  std::vector<dim3> dims(2);
  launch(record_positions, {{2, 3}, {4, 5}}, thread.data(), block.data(), dims.data());
  const auto at = [](const uint3& a, unsigned x, unsigned y, unsigned z) {
    return a.x == x && a.y == y && a.z == z;
  };
  CHECK(at(thread[0], 0, 0, 0));
  CHECK(at(thread[1], 1, 0, 0));
  CHECK(at(thread[4], 0, 1, 0));
  CHECK(at(block[20 * 1], 1, 0, 0));
  CHECK(at(block[20 * 2], 0, 1, 0));
  CHECK(at(block[20 * 5], 1, 2, 0));
  CHECK((dims[0].x == 4 && dims[0].y == 5 && dims[0].z == 1));
  CHECK((dims[1].x == 2 && dims[1].y == 3 && dims[1].z == 1));
}

TEST_CASE("launches beyond CUDA's limits are refused with the reason") {
  CHECK_THROWS_WITH(launch(nothing, {0, 32}), Contains("at least one block"));
  CHECK_THROWS_WITH(launch(nothing, {{1, 0, 1}, 32}), Contains("at least one block"));
  CHECK_THROWS_WITH(launch(nothing, {1, 0}), Contains("at least one thread"));
  CHECK_THROWS_WITH(launch(nothing, {1, 1025}), Contains("(1024, 1024, 64)"));
  CHECK_THROWS_WITH(launch(nothing, {1, {32, 33}}), Contains("at most 1024 threads"));
  CHECK_THROWS_WITH(launch(nothing, {1, {1, 1, 65}}), Contains("(1024, 1024, 64)"));
  CHECK_THROWS_WITH(launch(nothing, {{1, 65536}, 1}), Contains("65535"));
  CHECK_THROWS_WITH(launch(nothing, {0x80000000u, 1}), Contains("2147483647"));
  CHECK_THROWS_WITH(launch(nothing, {1, 1, shared_bytes_at_most + 1}), Contains("dynamic shared memory"));
  CHECK_THROWS_WITH(launch(nothing, {0, 32}), Contains("grid_test.cpp:"));
  CHECK_THROWS_WITH(launch(launch_another, {}), Contains("from within a kernel"));
  CHECK_THROWS_WITH(__syncthreads(), Contains("outside of a kernel"));
}

TEST_CASE("each thread has its own copy of the parameters") {
  int ok = 1;
  launch(change_parameters, {4, 64}, std::vector<int>{7}, &ok);
  CHECK(ok == 1);
}

TEST_CASE("launch throws the exception of the first failing block, and the executor still works afterwards") {
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    for (int repeat = 0; repeat < 5; ++repeat) {
      const bool reverse = schedule.order == Schedule::Order::reverse;
      CHECK_THROWS_WITH(launch(throw_in, {100, 96}, 20u, 5u),
                        Contains(reverse ? "thrown in block 99 [block (99, 0, 0)"
                                         : "thrown in block 20 [block (20, 0, 0)"));
      std::vector<int> visits(6 * 100);
      launch(visit, {6, 100}, visits.data());
      CHECK(visits == std::vector<int>(visits.size(), 1));
    }
  }
}

TEST_CASE("the stacks of a failed block are unwound") {
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    int alive = 0;
    CHECK_THROWS_AS(launch(throw_among_objects, {1, 64}, &alive), int);
    CHECK(alive == 0);
  }
}

TEST_CASE("thousands of launches reuse the stacks of the first ones") {
  std::vector<float> x(256, 1.0f), out(1);
  for (int i = 0; i < 2000; ++i) {
    out[0] = 0;
    launch(sum_by_block, {1, 256}, x.data(), out.data());
    if (out[0] != 256.0f) FAIL("launch " << i << " gave " << out[0]);
  }
}

TEST_CASE("a launch within a parallel loop runs its blocks on the caller's thread") {
  std::vector<std::vector<int>> visits(8, std::vector<int>(3 * 40));
  parallel_for(8, [&](std::int64_t i) {
    launch(visit, {3, 40}, visits[static_cast<std::size_t>(i)].data());
  });
  for (const auto& v : visits) CHECK(v == std::vector<int>(v.size(), 1));
}

}  // namespace
}  // namespace norma::simt
