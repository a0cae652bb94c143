// Sums down the columns of a matrix.
#include "kernels/cuda/columns.cuh"

#include <vector>
#include "tests/support/catch.h"

#include "kernels/norm/runs.cuh"
#include "kernels/simt/guarded_buffer.h"

namespace norma::simt {

TEST_CASE("columns are summed in slices of rows, whatever their number", "[norm][operation]") {
  for (const unsigned rows : {0u, 1u, 7u, 8u, 9u, 100u, 511u, 512u, 5000u})
    for (const unsigned columns : {1u, 31u, 32u, 33u})
      for (const unsigned slice : {0u, 1u, 9u, 64u}) {
        std::vector<Sums<double>> x(rows * columns);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = {static_cast<double>(i % 13), 1};
        const unsigned height = slice == 0 ? std::max(rows, 1u) : slice,
                       slices = std::max(1u, (rows + height - 1) / height);
        GuardedBuffer<Sums<double>> sums(slices * columns);
        const LoadPartial<Sums<double>> load{x.data(), columns};
        const FinishSum<Sums<double>> finish{sums.data(), columns};
        if (slice == 0)
          merge_columns(rows, columns, load, finish);
        else
          merge_slices(rows, columns, slice, load, finish);
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
