// mma.sync and ldmatrix under simt: which lane holds which element, the products, and what is refused.
#include "kernels/simt/matrix_unit.h"

#include <set>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "kernels/cuda/mma.cuh"
#include "kernels/simt/fragments.h"
#include "kernels/simt/schedule.h"
#include "tests/support/catch.h"

using Catch::Contains;

namespace norma::simt {
namespace {

using ATile = Pack<float, 4>[16][4];
using BTile = Pack<float, 4>[8][4];
using Row = Pack<float, 4>[8];

// A matrix of lines, each 16 of depth, beginning with A's 16 or B's 8 lines; sums of the products.
struct Product {
  const Pack<float, 4> (*a)[4];
  const Pack<float, 4> (*b)[4];
  float* c;  // [16][8]
};

/// One warp multiplies; Loaded: with ldmatrix.
template <Precision P, bool Loaded>
__global__ void multiply_kernel(Product p) {
  NORMA_SHARED(ATile, a_tile);
  NORMA_SHARED(BTile, b_tile);
  const int lane = static_cast<int>(threadIdx.x), g = lane / 4, q = lane % 4;
  for (int i = 0; i < 4; ++i)
    a_tile[lane % 16][i] = p.a[lane % 16][i], b_tile[lane % 8][i] = p.b[lane % 8][i];
  __syncthreads();
  Lines16 a[2];
  Lines8 b[2];
  if constexpr (Loaded) {
    load_lines(a_tile, a);
    load_lines(b_tile, b);
  } else {
    for (int step = 0; step < 2; ++step) {
      for (int i = 0; i < 4; ++i) a[step].at[i] = a_tile[g + i % 2 * 8][2 * step + i / 2].at[q];
      for (int i = 0; i < 2; ++i) b[step].at[i] = b_tile[g][2 * step + i].at[q];
    }
  }
  Sums16x8 sum;
  multiply_add<P>(sum, a, b);
  for (int i = 0; i < 4; ++i) p.c[(g + i / 2 * 8) * 8 + 2 * q + i % 2] = sum.at[i];
}

__global__ void multiply_without_lane_5(float* c) {
  if (threadIdx.x == 5) return;
  const std::uint32_t a[4] = {}, b[2] = {};
  float sum[4] = {};
  mma_sync_m16n8k8_tf32(sum, a, b);
  c[threadIdx.x] = sum[0];
}

__global__ void load_between_packs(float* c) {
  NORMA_SHARED(Row, tile);
  for (int i = 0; i < 4; ++i) tile[threadIdx.x % 8].at[i] = 0;
  __syncthreads();
  std::uint32_t words[4];
  ldmatrix_x4(&tile[0].at[1], words);
  c[threadIdx.x] = static_cast<float>(words[0]);
}

template <class Format>
void check_places() {
  std::set<std::pair<int, int>> a, b;
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i < Format::a_elements; ++i)
      a.insert({Format::a(lane, i).row, Format::a(lane, i).column});
    for (int i = 0; i < Format::b_elements; ++i)
      b.insert({Format::b(lane, i).row, Format::b(lane, i).column});
  }
  CHECK(a.size() == static_cast<std::size_t>(16 * Format::depth));  // each element lies in one place
  CHECK(b.size() == static_cast<std::size_t>(Format::depth * 8));
}

std::pair<int, int> pair(const MatrixPlace& at) { return {at.row, at.column}; }
using Place = std::pair<int, int>;

}  // namespace

TEST_CASE("fragments lie across a warp as the PTX manual draws them", "[simt][mma]") {
  check_places<Tf32Fragments>();
  check_places<Bf16Fragments>();
  // Of its figures for m16n8k8 .tf32: T0 and T31, and a lane in between.
  CHECK(pair(Tf32Fragments::a(0, 1)) == Place(8, 0));
  CHECK(pair(Tf32Fragments::a(0, 2)) == Place(0, 4));
  CHECK(pair(Tf32Fragments::a(31, 3)) == Place(15, 7));
  CHECK(pair(Tf32Fragments::a(6, 0)) == Place(1, 2));
  CHECK(pair(Tf32Fragments::b(6, 1)) == Place(6, 1));
  // And for m16n8k16 .bf16.
  CHECK(pair(Bf16Fragments::a(0, 1)) == Place(0, 1));
  CHECK(pair(Bf16Fragments::a(0, 2)) == Place(8, 0));
  CHECK(pair(Bf16Fragments::a(0, 4)) == Place(0, 8));
  CHECK(pair(Bf16Fragments::a(31, 7)) == Place(15, 15));
  CHECK(pair(Bf16Fragments::b(6, 3)) == Place(13, 1));
  CHECK(pair(sum_place(6, 2)) == Place(9, 4));
}

TEST_CASE("a warp multiplies matrices of rounded factors, under any schedule", "[simt][mma][precision]") {
  Pack<float, 4> a[16][4], b[8][4];
  const RandomSequence random{1, 2, 3};
  for (int i = 0; i < 256; ++i) a[i / 16][i / 4 % 4].at[i % 4] = static_cast<float>(random.uniform(i) - 0.5);
  for (int i = 0; i < 128; ++i)
    b[i / 16][i / 4 % 4].at[i % 4] = static_cast<float>(random.uniform(1000 + i) - 0.5);
  for (const Precision precision : {Precision::tf32, Precision::bf16})
    for (const bool loaded : {false, true})
      for (const Schedule& schedule : all_schedules) {
        CAPTURE(norma::name(precision), loaded, name(schedule.order));
        const UseSchedule use(schedule);
        float c[16][8];
        with_rounding(precision, [&]<Precision P>() {
          launch(loaded ? multiply_kernel<P, true> : multiply_kernel<P, false>, {.block = 32},
                 Product{a, b, c[0]});
        });
        for (int i = 0; i < 16; ++i)
          for (int j = 0; j < 8; ++j) {
            double sum = 0;
            for (int k = 0; k < 16; ++k)
              sum += double{round_to(precision, a[i][k / 4].at[k % 4])} *
                     round_to(precision, b[j][k / 4].at[k % 4]);
            CHECK(std::abs(sum - c[i][j]) < 2e-7);
          }
      }
}

TEST_CASE("the unit of tf32 ignores the lower bits of what was not rounded", "[simt][mma]") {
  float sums[32][4] = {};
  std::uint32_t a[4], b[2];
  for (std::uint32_t& word : a) word = std::bit_cast<std::uint32_t>(1 + 0x1.fp-11f);
  for (std::uint32_t& word : b) word = std::bit_cast<std::uint32_t>(1.0f);
  LaneFragments lanes[32];
  std::array<LaneFragments*, 32> all;
  for (std::size_t lane = 0; lane < 32; ++lane) {
    lanes[lane] = {a, b, sums[lane]};
    all[lane] = &lanes[lane];
  }
  multiply_tf32(all);
  CHECK(sums[7][2] == 8);
}

TEST_CASE("matrix instructions refuse what a GPU leaves undefined", "[simt][mma]") {
  std::vector<float> c(32);
  CHECK_THROWS_WITH(launch(multiply_without_lane_5, {.block = 32}, c.data()), Contains("need all 32 lanes"));
  CHECK_THROWS_WITH(launch(load_between_packs, {.block = 32}, c.data()), Contains("multiples of 16 bytes"));
}

}  // namespace norma::simt
