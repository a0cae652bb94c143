// Sums down the columns of a matrix: how partial sums of pieces become sums of sets and of channels.
#pragma once

#include "kernels/norm/runs.cuh"

namespace norma::NORMA_EXECUTOR {

inline constexpr unsigned column_walkers = 8;

// sum_columns
//
// MATH     finish(slice, column, load(first row, column) ⊕ … ⊕ load(last row, column)) for every slice of
//          `slice` rows, ⊕ being merge()
// MAPPING  grid (columns / 32, slices), block (32, 8): a warp reads 32 neighbouring columns of a row
//
//                       column 0 … 31     32 … 63
//          row 0        warp 0            next block
//          row 1        warp 1
//            …            …                                 then the 8 sums of a column are merged in order
//          row 8        warp 0
//
// MEMORY   reads every element once
// NUMERICS in the type that load returns, in an order that depends on the shape alone
// REQUIRES block (32, 8); every thread reaches the barrier
// COST     every element 1.00 ×; Moments, 24 bytes, lie across two sectors now and then; 1 barrier
template <class Load, class Finish>
__global__ void __launch_bounds__(32 * column_walkers)
    sum_columns(unsigned rows, unsigned columns, unsigned slice, Load load, Finish finish) {
  using Sum = decltype(load(0, 0));
  NORMA_SHARED(Sum[column_walkers][32], sums);
  const unsigned column = blockIdx.x * 32 + threadIdx.x, walker = threadIdx.y;
  const unsigned begin = blockIdx.y * slice, end = min(rows, begin + slice);

  Sum sum{};
  if (column < columns)
    for (unsigned row = begin + walker; row < end; row += column_walkers) sum.merge(load(row, column));
  if (walker != 0) sums[walker][threadIdx.x] = sum;
  __syncthreads();
  if (walker != 0 || column >= columns) return;
  for (unsigned other = 1; other < column_walkers; ++other) {
    const Sum s = sums[other][threadIdx.x];
    sum.merge(s);
  }
  finish(blockIdx.y, column, sum);
}

/// Sums `slice` rows at a time, by default all.
template <class Load, class Finish>
void merge_columns(unsigned rows, unsigned columns, const Load& load, const Finish& finish,
                   unsigned slice = 0, std::source_location where = std::source_location::current()) {
  if (columns == 0) return;
  if (slice == 0) slice = std::max(rows, 1u);
  launch(sum_columns<Load, Finish>,
         {.grid = {(columns + 31) / 32, std::max(1u, (rows + slice - 1) / slice)},
          .block = {32, column_walkers},
          .where = where},
         rows, columns, slice, load, finish);
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

/// Column = set.
struct FinishStatistics {
  stat_t* mean;
  stat_t* rstd;
  double eps;
  __device__ __forceinline__ void operator()(unsigned, unsigned set, const Moments& sum) const {
    mean[set] = sum.mean;
    rstd[set] = sum.rstd(eps);
  }
};

/// Column = weight.
template <class T>
struct FinishAffine {
  T* dweight;
  T* dbias;
  __device__ __forceinline__ void operator()(unsigned, unsigned i, const Sums<stat_t>& sum) const {
    if (dweight != nullptr) dweight[i] = static_cast<T>(sum.g_xhat);
    if (dbias != nullptr) dbias[i] = static_cast<T>(sum.g);
  }
};

}  // namespace norma::NORMA_EXECUTOR
