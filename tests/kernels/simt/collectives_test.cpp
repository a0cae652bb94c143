// Warp shuffles and votes compared with CUDA's tables, barriers, reductions: the same under every schedule.
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "tests/kernels/simt/kernels.cuh"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

constexpr unsigned full = 0xffffffffu;

/// Rows of 32: idx, up, down, xor.
__global__ void all_shuffles(int width, int argument, int* out) {
  const int lane = static_cast<int>(threadIdx.x), value = 100 + lane;
  out[lane] = __shfl_sync(full, value, argument, width);
  out[32 + lane] = __shfl_up_sync(full, value, static_cast<unsigned>(argument), width);
  out[64 + lane] = __shfl_down_sync(full, value, static_cast<unsigned>(argument), width);
  out[96 + lane] = __shfl_xor_sync(full, value, argument, width);
}

template <class T>
__global__ void rotate(const T* x, T* y) {
  y[threadIdx.x] = __shfl_sync(full, x[threadIdx.x], static_cast<int>(threadIdx.x % 32 + 1));
}

/// The halves of every warp take different branches, with their own masks and different numbers of shuffles.
__global__ void halves_apart(int* out) {
  const unsigned lane = threadIdx.x % 32;
  int v = static_cast<int>(threadIdx.x);
  if (lane < 16) {
    for (int offset = 8; offset > 0; offset /= 2) v += __shfl_xor_sync(0x0000ffffu, v, offset);
  } else {
    v = __shfl_sync(0xffff0000u, v, 20);
  }
  __syncwarp();
  out[threadIdx.x] = v;
}

__global__ void votes(unsigned* out) {
  const int lane = static_cast<int>(threadIdx.x);
  if (lane >= 24) return;  // the full mask then has lanes that have exited: they do not vote
  unsigned* const mine = out + lane * 6;
  mine[0] = __ballot_sync(full, lane % 3 == 0);
  mine[1] = static_cast<unsigned>(__any_sync(full, lane == 23));
  mine[2] = static_cast<unsigned>(__any_sync(full, lane == 24));
  mine[3] = static_cast<unsigned>(__all_sync(full, lane < 24));
  mine[4] = static_cast<unsigned>(__all_sync(full, lane < 23));
  mine[5] = __reduce_add_sync(full, static_cast<unsigned>(lane));
}

__global__ void two_barrier_sites(int* out) {
  NORMA_SHARED(int, total);
  if (threadIdx.x == 0) total = 0;
  __syncthreads();
  atomicAdd(&total, 1);
  __syncthreads();
  out[threadIdx.x] = total;
}

std::vector<float> some_numbers(std::size_t count) {
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<float>((i * 7919 + 13) % 1000) / 8.0f - 60.0f;
  return x;
}

/// Calls f under every schedule.
template <class F>
void under_every_schedule(F f) {
  for (const Schedule& schedule : all_schedules) {
    INFO(name(schedule.order) << ", seed " << schedule.seed);
    const UseSchedule use(schedule);
    f();
  }
}

TEST_CASE("shuffles follow `width`: no lane reads beyond its segment") {
  under_every_schedule([] {
    for (int width = 1; width <= 32; width *= 2)
      for (int argument = 0; argument < 32; ++argument) {
        std::vector<int> out(128), expected(128);
        launch(all_shuffles, {1, 32}, width, argument, out.data());
        for (int lane = 0; lane < 32; ++lane) {
          const int first = lane / width * width, last = first + width - 1;
          const int up = lane - argument, down = lane + argument, crossed = lane ^ argument;
          expected[lane] = 100 + first + argument % width;
          expected[32 + lane] = 100 + (up < first ? lane : up);
          expected[64 + lane] = 100 + (down > last ? lane : down);
          expected[96 + lane] = 100 + (crossed > last ? lane : crossed);
        }
        INFO("width " << width << ", argument " << argument);
        REQUIRE(out == expected);
      }
  });
}

template <class T>
void check_rotate(T start) {
  std::vector<T> x(64), y(64), expected(64);
  std::iota(x.begin(), x.end(), start);
  launch(rotate<T>, {1, 64}, x.data(), y.data());
  for (std::size_t i = 0; i < 64; ++i) expected[i] = x[i / 32 * 32 + (i + 1) % 32];
  CHECK(y == expected);
}

TEST_CASE("shuffles carry 32 and 64 bits") {
  check_rotate(-5);
  check_rotate(5u);
  check_rotate(0.125f);
  check_rotate(0.1);
  check_rotate(-(1ll << 60));
  check_rotate(~0ull - 100);
}

TEST_CASE("the halves of a warp can take different branches with their own masks") {
  under_every_schedule([] {
    std::vector<int> out(64);
    launch(halves_apart, {1, 64}, out.data());
    for (int i = 0; i < 64; ++i) {
      const int warp = i / 32, first = warp * 32;
      CHECK(out[static_cast<std::size_t>(i)] == (i % 32 < 16 ? 16 * first + 120 : first + 20));
    }
  });
}

TEST_CASE("votes and sums ignore the lanes that have exited") {
  under_every_schedule([] {
    std::vector<unsigned> out(24 * 6);
    launch(votes, {1, 32}, out.data());
    for (std::size_t lane = 0; lane < 24; ++lane) {
      CHECK(out[lane * 6] == 0x00249249u);
      CHECK(out[lane * 6 + 1] == 1);
      CHECK(out[lane * 6 + 2] == 0);
      CHECK(out[lane * 6 + 3] == 1);
      CHECK(out[lane * 6 + 4] == 0);
      CHECK(out[lane * 6 + 5] == 276);
    }
  });
}

TEST_CASE("a block's sum through shuffles and shared memory") {
  const auto x = some_numbers(10 * 256);
  under_every_schedule([&] {
    std::vector<float> out(10);
    launch(sum_by_block, {10, 256}, x.data(), out.data());
    for (std::size_t b = 0; b < 10; ++b)
      CHECK(out[b] ==
            std::accumulate(x.begin() + b * 256, x.begin() + (b + 1) * 256, 0.0f));  // exact: eighths
  });
}

TEST_CASE("a helper with shared memory can be called twice in a row") {
  const auto x = some_numbers(3 * 512);
  std::vector<float> mean0, squares0;
  under_every_schedule([&] {
    std::vector<float> mean(3), squares(3);
    launch(moments_by_block, {3, 512}, x.data(), mean.data(), squares.data());
    if (mean0.empty()) mean0 = mean, squares0 = squares;
    CHECK(mean == mean0);
    CHECK(squares == squares0);
    for (std::size_t b = 0; b < 3; ++b) {
      double sum = 0, square = 0;
      for (std::size_t i = 0; i < 512; ++i) sum += x[b * 512 + i];
      for (std::size_t i = 0; i < 512; ++i) square += std::pow(x[b * 512 + i] - sum / 512, 2);
      CHECK(mean[b] == Approx(sum / 512).epsilon(1e-6));
      CHECK(squares[b] == Approx(square).epsilon(1e-6));
    }
  });
}

TEST_CASE("a tree in dynamic shared memory, from one thread to a thousand") {
  for (unsigned threads = 1; threads <= 1024; threads *= 2) {
    std::vector<double> x(2 * threads), out(2);
    std::iota(x.begin(), x.end(), 1.0);
    under_every_schedule([&] {
      launch(tree_sum, {2, threads, threads * sizeof(double)}, x.data(), out.data());
      CHECK(out[0] == threads * (threads + 1) / 2);
      CHECK(out[0] + out[1] == threads * (2 * threads + 1));
    });
  }
}

TEST_CASE("a transpose writes a tile, waits at a barrier, and reads the tile transposed") {
  for (const unsigned n : {1u, 31u, 32u, 33u, 100u}) {
    std::vector<float> x(n * n);
    std::iota(x.begin(), x.end(), 0.0f);
    under_every_schedule([&] {
      std::vector<float> y(n * n);
      launch(transpose, {{(n + 31) / 32, (n + 31) / 32}, {32, 8}}, n, x.data(), y.data());
      bool right = true;
      for (unsigned i = 0; i < n; ++i)
        for (unsigned j = 0; j < n; ++j) right &= y[j * n + i] == x[i * n + j];
      CHECK(right);
    });
  }
}

TEST_CASE("a barrier does not wait for threads that have exited") {
  for (const unsigned n : {1u, 100u, 128u, 129u, 300u}) {
    std::vector<int> x(n), y(n), expected(n);
    std::iota(x.begin(), x.end(), 0);
    for (unsigned i = 0; i < n; ++i)
      expected[i] = x[i / 128 * 128 + (std::min(n - i / 128 * 128, 128u) - 1 - i % 128)];
    under_every_schedule([&] {
      launch(reverse_in_block, {(n + 127) / 128, 128}, n, x.data(), y.data());
      CHECK(y == expected);
    });
  }
}

TEST_CASE("a shared scalar") {
  under_every_schedule([] {
    std::vector<int> out(70);
    launch(two_barrier_sites, {1, 70}, out.data());
    CHECK(out == std::vector<int>(70, 70));
  });
}

}  // namespace
}  // namespace norma::simt
