// Sums down the columns of a matrix: how the partial sums of blocks become the sums of sets. (Those over
// images: images.cuh.)
#pragma once

#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/scratch.h"

namespace norma::NORMA_EXECUTOR {

inline constexpr unsigned rows_in_flight = 4;  // that a thread loads before it adds the first

// sum_columns
//
// MATH     finish(slice, column, load(first row, column) ⊕ … ⊕ load(last row, column)) for every slice of
//          `slice` rows, ⊕ being merge()
// MAPPING  grid (columns / lanes, slices), block (lanes, walkers), 256 threads: a walker reads `lanes`
//          neighbouring columns of a row
//
//          8 lanes     column 0 … 7      8 … 15
//          row 0       walker 0          next block
//          row 1       walker 1                         then the 32 sums of a column are merged:
//            …           …                              0 ⊕ 16, 1 ⊕ 17, …; 0 ⊕ 8, …; 0 ⊕ 4, …; 0 ⊕ 1
//          row 31      walker 31
//          row 32      walker 0
//
// MEMORY   reads every element once; a walker's last rows may be read again, from the caches
// NUMERICS in the type that load returns, in an order that the number of rows decides
// REQUIRES blockDim.x·blockDim.y = 256, blockDim.y a power of two; every thread reaches the barriers
// COST     every element 1.00 ×; Moments, 24 bytes, lie across two sectors now and then; 3 or 5 barriers
template <class Load, class Finish>
__global__ void __launch_bounds__(block_threads)
    sum_columns(unsigned rows, unsigned columns, unsigned slice, Load load, Finish finish) {
  using Sum = decltype(load(0, 0));
  NORMA_SHARED(Sum[block_threads], sums);
  const unsigned walker = threadIdx.y, walkers = blockDim.y, mine = walker * blockDim.x + threadIdx.x;
  const unsigned column = blockIdx.x * blockDim.x + threadIdx.x;
  const unsigned begin = blockIdx.y * slice, end = min(rows, begin + slice);

  Sum sum{};
  if (column < columns)
    for (unsigned row = begin + walker; row < end; row += rows_in_flight * walkers) {
      Sum sums_of_rows[rows_in_flight];
#pragma unroll
      for (unsigned k = 0; k < rows_in_flight; ++k)
        sums_of_rows[k] = load(min(row + k * walkers, end - 1), column);
#pragma unroll
      for (unsigned k = 0; k < rows_in_flight; ++k)
        if (row + k * walkers < end) sum.merge(sums_of_rows[k]);
    }
  for (unsigned half = walkers / 2; half > 0; half /= 2) {
    if (walker >= half && walker < 2 * half) sums[mine] = sum;
    __syncthreads();
    if (walker < half) {
      const Sum other = sums[mine + half * blockDim.x];
      sum.merge(other);
    }
  }
  if (walker == 0 && column < columns) finish(blockIdx.y, column, sum);
}

// What is summed, and what becomes of the sum.

template <class Sum>
struct LoadPartial {
  const Sum* partial;
  unsigned columns;
  __device__ __forceinline__ Sum operator()(unsigned row, unsigned column) const {
    return partial[static_cast<long long>(row) * columns + column];
  }
};

template <class Sum>
struct FinishSum {
  Sum* sums;
  unsigned columns;
  __device__ __forceinline__ void operator()(unsigned slice, unsigned column, const Sum& sum) const {
    sums[static_cast<long long>(slice) * columns + column] = sum;
  }
};

/// Rows that one block takes; more are summed in slices first.
inline constexpr unsigned rows_at_once = 512, most_slices = 32;

/// Sums `slice` rows at a time, each slice by one block per `lanes` columns.
template <class Load, class Finish>
void merge_slices(unsigned rows, unsigned columns, unsigned slice, const Load& load, const Finish& finish,
                  std::source_location where = std::source_location::current()) {
  if (columns == 0) return;
  // Wide blocks for few rows, else 32 walkers per column. The number of columns decides nothing: there may
  // be one per image, and an image's sum has the same bits in any batch.
  const unsigned lanes = std::min(slice, rows) <= 8 ? 32 : 8;
  launch(sum_columns<Load, Finish>,
         {.grid = {(columns + lanes - 1) / lanes, std::max(1u, (rows + slice - 1) / slice)},
          .block = {lanes, block_threads / lanes},
          .where = where},
         rows, columns, slice, load, finish);
}

/// Sums all rows: finish(0, column, sum).
template <class Load, class Finish>
void merge_columns(unsigned rows, unsigned columns, const Load& load, const Finish& finish,
                   std::source_location where = std::source_location::current()) {
  if (columns == 0) return;
  if (rows <= rows_at_once) return merge_slices(rows, columns, std::max(rows, 1u), load, finish, where);
  using Sum = decltype(load(0, 0));
  const unsigned slice = std::max(128u, (rows + most_slices - 1) / most_slices),
                 slices = (rows + slice - 1) / slice;
  const DeviceScratch<Sum> partial(static_cast<long long>(slices) * columns);
  merge_slices(rows, columns, slice, load, FinishSum<Sum>{partial.data(), columns}, where);
  merge_slices(slices, columns, slices, LoadPartial<Sum>{partial.data(), columns}, finish, where);
}

}  // namespace norma::NORMA_EXECUTOR
