// The sums of teams: right, the same in every thread, and safe to call twice in a row.
#include "kernels/norm/team.cuh"

#include <vector>

#include "kernels/norm/columns.cuh"
#include "kernels/simt/guarded_buffer.h"
#include "kernels/simt/schedule.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

/// Each thread's two sums of its team, one straight after the other.
template <class Team>
__global__ void sum_twice(Team team, const double* x, double* first, double* second) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  first[i] = team.sum(x[i]);
  second[i] = team.sum(x[i] + 1);
}

template <class Team>
void check_sums(const Team& team, unsigned size, unsigned blocks, unsigned threads) {
  const std::size_t count = blocks * threads;
  GuardedBuffer<double> x(count), first(count), second(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<double>(i * i % 97);
  for (const Schedule& schedule : all_schedules) {
    INFO(name(schedule.order) << ", teams of " << size << ", blocks of " << threads);
    const UseSchedule use(schedule);
    launch(sum_twice<Team>, {.grid = blocks, .block = threads}, team, x.data(), first.data(), second.data());
    first.check(), second.check();
    for (std::size_t i = 0; i < count; ++i) {
      double want = 0;
      for (std::size_t k = 0; k < size; ++k) want += x[i / size * size + k];
      CHECK(first[i] == want);
      CHECK(second[i] == want + size);
    }
  }
}

}  // namespace

TEST_CASE("teams sum twice in a row, under every schedule", "[norm][team]") {
  for (const unsigned lanes : {1u, 2u, 4u, 8u, 16u, 32u}) check_sums(Lanes{lanes}, lanes, 2, 64);
  for (const unsigned threads : {32u, 96u, 512u}) check_sums(Block{}, threads, 3, threads);
}

TEST_CASE("columns are summed in slices of rows, whatever their number", "[norm][team][operation]") {
  for (const unsigned rows : {0u, 1u, 7u, 8u, 9u, 100u})
    for (const unsigned columns : {1u, 31u, 32u, 33u})
      for (const unsigned slice : {0u, 1u, 9u, 64u}) {
        std::vector<Sums<double>> x(rows * columns);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = {static_cast<double>(i % 13), 1};
        const unsigned height = slice == 0 ? std::max(rows, 1u) : slice,
                       slices = std::max(1u, (rows + height - 1) / height);
        GuardedBuffer<Sums<double>> sums(slices * columns);
        merge_columns(rows, columns, LoadPartial<Sums<double>>{x.data(), columns},
                      FinishSum<Sums<double>>{sums.data(), columns}, slice);
        sums.check();
        for (unsigned s = 0; s < slices; ++s)
          for (unsigned column = 0; column < columns; ++column) {
            Sums<double> want{};
            for (unsigned row = s * height; row < std::min(rows, (s + 1) * height); ++row)
              want.merge(x[row * columns + column]);
            CAPTURE(rows, columns, slice, s, column);
            CHECK(sums[s * columns + column].g == want.g);
            CHECK(sums[s * columns + column].g_xhat == want.g_xhat);
          }
      }
}

}  // namespace norma::simt
