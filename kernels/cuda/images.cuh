// Sums over the images of a batch: of gradients, of statistics, of the loss. As on the cpu they are trees
// over halves of the batch, down to its leaves (core/image_tree.h), so that processes that share a batch have
// the bits of one.
//
//   leaf       0         1         2         3         rows of a leaf: 64 at a time, each 64 one after the
//   rows    │ │ │ │   │ │ │ │   │ │ │ │   │ │ │        other, then the sums of 64
//              └────+────┘         └────+────┘         above: one addition per node
//                   └─────────+─────────┘
//
// A leaf without images has the sum 0. Gradients are rounded to their type at each leaf, because ranks add
// rounded gradients.
#pragma once

#include <bit>

#include "core/image_tree.h"
#include "kernels/cuda/columns.cuh"
#include "kernels/cuda/team.cuh"

namespace norma::NORMA_EXECUTOR {

struct Range {
  unsigned begin, end;
};

/// The leaves of a tree over images.
struct Leaves {
  unsigned images, count;  ///< count: a power of two

  /// The images of a leaf.
  __host__ __device__ Range of(unsigned leaf) const {
    unsigned begin = 0, left = images;
    for (unsigned half = count / 2; half > 0; half /= 2) {
      const unsigned first = (left + 1) / 2;
      begin += leaf & half ? first : 0;
      left = leaf & half ? left - first : first;
    }
    return {begin, begin + left};
  }
  /// The images of the first leaf; no leaf has more.
  __host__ __device__ unsigned largest() const { return (images + count - 1) / count; }
};

/// No more than the images can fill.
inline Leaves leaves_of(unsigned images) {
  return {images, std::min(static_cast<unsigned>(image_leaves()), std::bit_ceil(std::max(images, 1u)))};
}

/// How long sums over images are cut for the blocks of a GPU: every leaf has `numbers` terms per image, and
/// `parts` slices of whole units. Where the slices of a leaf are depends on this leaf alone: processes that
/// share a batch cut their leaves as one process does.
struct Slices {
  Leaves leaves;
  int numbers, parts, unit;

  /// How many slices a leaf has, those without terms included.
  __host__ __device__ int per_leaf() const {
    const int units = (static_cast<int>(leaves.largest()) * numbers + unit - 1) / unit;
    return units < 1 ? 1 : units < parts ? units : parts;
  }
  int count() const { return static_cast<int>(leaves.count) * per_leaf(); }
  /// The terms of a slice, in the order of the images.
  __device__ void range(int slice, int& begin, int& end) const {
    const int per = per_leaf(), leaf = slice / per;
    const Range images = leaves.of(static_cast<unsigned>(leaf));
    end = static_cast<int>(images.end) * numbers;
    begin = static_cast<int>(images.begin) * numbers;
    const int length = ((end - begin + parts - 1) / parts + unit - 1) / unit * unit;
    begin = min(end, begin + (slice - leaf * per) * length);
    end = min(end, begin + length);
  }
};

/// As many slices as make `blocks` blocks, where each slice takes `blocks_of_a_slice` and has at least `unit`
/// terms.
inline Slices slices_of_images(long long images, long long numbers, int blocks, long long blocks_of_a_slice,
                               int unit) {
  const long long parts = std::clamp(blocks / most_leaves / std::max(blocks_of_a_slice, 1ll), 1ll, 32ll);
  return {leaves_of(static_cast<unsigned>(images)), static_cast<int>(numbers), static_cast<int>(parts), unit};
}

inline constexpr unsigned rows_of_a_chunk = 64;

// load(begin, column) ⊕ … ⊕ load(end − 1, column), ⊕ being merge(); four loads are under way together.
template <class Load>
__device__ __forceinline__ auto sum_of_rows(const Load& load, unsigned begin, unsigned end, unsigned column) {
  using Sum = decltype(load(0, 0));
  Sum sum{};
  for (unsigned row = begin; row < end; row += rows_in_flight) {
    Sum rows[rows_in_flight];
#pragma unroll
    for (unsigned k = 0; k < rows_in_flight; ++k) rows[k] = load(min(row + k, end - 1), column);
#pragma unroll
    for (unsigned k = 0; k < rows_in_flight; ++k)
      if (row + k < end) sum.merge(rows[k]);
  }
  return sum;
}

// sum_images
//
// MATH     finish(0, column, Σ load(row, column)) for every column: a Sum takes in what load returns by
//          merge(), ends its leaf by end_leaf() if it has that, and takes in another leaf's Sum by merge()
// MAPPING  block (lanes, leaves), 256 threads: a thread sums a leaf of its column, `chunk` rows at a time;
//          then leaves are merged in pairs: 0 ⊕ 1, 2 ⊕ 3, …; 0 ⊕ 2, …; …; 0 ⊕ 8
// MEMORY   reads every element once
// NUMERICS rows of a chunk in the type that load returns, all else in Sum; the number of images decides the
//          order
// REQUIRES blockDim.y = leaves.count; every thread reaches the barriers
// COST     every element 1.00 ×; Moments, 24 bytes, lie across two sectors now and then; 4 barriers
template <class Sum, class Load, class Finish>
__global__ void __launch_bounds__(block_threads)
    sum_images(Leaves leaves, unsigned rows, unsigned columns, unsigned chunk, Load load, Finish finish) {
  NORMA_SHARED(Sum[block_threads], sums);
  const unsigned leaf = threadIdx.y, mine = leaf * blockDim.x + threadIdx.x;
  const unsigned column = blockIdx.x * blockDim.x + threadIdx.x;
  const Range images = leaves.of(leaf);

  Sum sum{};
  if (column < columns)
    for (unsigned row = images.begin * rows, end = images.end * rows; row < end; row += chunk)
      sum.merge(sum_of_rows(load, row, min(end, row + chunk), column));
  if constexpr (requires { sum.end_leaf(); }) sum.end_leaf();
  for (unsigned step = 1; step < leaves.count; step *= 2) {
    if (leaf % (2 * step) == step) sums[mine] = sum;
    __syncthreads();
    if (leaf % (2 * step) == 0) {
      const Sum other = sums[mine + step * blockDim.x];
      sum.merge(other);
    }
  }
  if (leaf == 0 && column < columns) finish(0, column, sum);
}

// sum_chunks: the same sums of chunks, where there are many.
//
// MATH     partial[chunk, column] = Σ load(row, column) over the rows of a chunk; a leaf has `chunks` of
//          them, some without rows
// MAPPING  a thread per chunk and column; grid (chunks of all leaves, columns / blockDim.x)
// MEMORY   reads every element once
template <class Load, class Chunk>
__global__ void __launch_bounds__(block_threads)
    sum_chunks(Leaves leaves, unsigned rows, unsigned columns, unsigned chunks, Load load, Chunk* partial) {
  const unsigned column = blockIdx.y * blockDim.x + threadIdx.x, leaf = blockIdx.x / chunks;
  if (column >= columns) return;
  const Range images = leaves.of(leaf);
  const unsigned end = images.end * rows,
                 row = min(end, images.begin * rows + (blockIdx.x - leaf * chunks) * rows_of_a_chunk);
  partial[static_cast<long long>(blockIdx.x) * columns + column] =
      sum_of_rows(load, row, min(end, row + rows_of_a_chunk), column);
}

/// The sum of a leaf, rounded; not −0, for then it would matter whether a leaf without images, +0, is added.
template <class T, class A>
__device__ __forceinline__ T rounded_leaf(A sum) {
  return static_cast<T>(sum) + T{0};
}

/// A sum of numbers that is rounded to T in each leaf.
template <class T>
struct RoundedSum {
  stat_t exact;
  T rounded;
  __device__ __forceinline__ void merge(const RoundedSum& other) {
    exact += other.exact, rounded += other.rounded;
  }
  __device__ __forceinline__ void end_leaf() { rounded = rounded_leaf<T>(exact); }
};

/// Calls finish(0, column, sum over all rows) for every column; each image has `rows` rows, side by side.
template <class Sum, class Load, class Finish>
void merge_images(Leaves leaves, unsigned rows, unsigned columns, const Load& load, const Finish& finish,
                  std::source_location where = std::source_location::current()) {
  if (columns == 0) return;
  const unsigned lanes = block_threads / leaves.count;
  const LaunchConfig config{
      .grid = (columns + lanes - 1) / lanes, .block = {lanes, leaves.count}, .where = where};
  const unsigned chunks = (leaves.largest() * rows + rows_of_a_chunk - 1) / rows_of_a_chunk;
  if (chunks <= 1)
    return launch(sum_images<Sum, Load, Finish>, config, leaves, rows, columns, rows_of_a_chunk, load,
                  finish);
  using Chunk = decltype(load(0, 0));
  const DeviceScratch<Chunk> partial(static_cast<long long>(leaves.count) * chunks * columns);
  const unsigned threads = std::min(block_threads, (columns + 31) / 32 * 32);
  launch(
      sum_chunks<Load, Chunk>,
      {.grid = {leaves.count * chunks, (columns + threads - 1) / threads}, .block = threads, .where = where},
      leaves, rows, columns, chunks, load, partial.data());
  launch(sum_images<Sum, LoadPartial<Chunk>, Finish>, config, Leaves{leaves.count, leaves.count}, chunks,
         columns, 1u, LoadPartial<Chunk>{partial.data(), columns}, finish);
}

/// The sum by a block of the terms of all images, `numbers` of each: a warp takes leaves in turn, and its
/// lanes the terms, which are added as A. The first thread gets the sum.
/// REQUIRES every thread of the block calls it, once; blockDim.x a multiple of 32
template <class T, class A, class Term>
__device__ __forceinline__ T sum_over_leaves(const Leaves& leaves, long long numbers, const Term& term) {
  NORMA_SHARED(T[most_leaves], sums);
  for (unsigned leaf = threadIdx.x / 32; leaf < leaves.count; leaf += blockDim.x / 32) {
    const Range images = leaves.of(leaf);
    A sum = 0;
    for (long long at = images.begin * numbers + lane_in_warp(); at < images.end * numbers; at += 32)
      sum += term(at);
    sum = warp_sum(sum);
    if (lane_in_warp() == 0) sums[leaf] = rounded_leaf<T>(sum);
  }
  __syncthreads();
  if (threadIdx.x != 0) return T{0};
  for (unsigned step = 1; step < leaves.count; step *= 2)
    for (unsigned leaf = 0; leaf < leaves.count; leaf += 2 * step) sums[leaf] += sums[leaf + step];
  return sums[0];
}

}  // namespace norma::NORMA_EXECUTOR
