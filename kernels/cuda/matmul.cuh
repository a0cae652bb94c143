// multiply: the one kernel behind every matrix product, whatever its factors look like in memory.
//
// MATH     C(i, j) = Σ_k A(i, k)·B(j, k): both factors are lines × depth, so that A·Bᵀ is the plain case
// MAPPING  one block of 256 threads per tile of 16·R × 64 elements of C, a thread takes R × 4 of them; if
//          there are few tiles, the grid's z cuts the depth into slices
//
//                           depth ─▶ 16 at a time
//                     j0   ┌───┬───┬───
//                          │ B │   │ …        64 lines       thread (ty, tx) = (t / 16, t % 16) owns lines
//                     +64  └───┴───┴───                        i0 + R·ty … of A and
//            ┌───┬───┬───  ┌───────────┐                       j0 + tx, 16 + tx, 32 + tx, 48 + tx of B:
//         i0 │ A │   │ …   │  C tile   │      16·R lines       R + 4 numbers read from shared memory for
//            └───┴───┴───  └───────────┘                       4·R multiply-adds
//
// MEMORY   A is read once per tile column, B once per tile row, through shared memory; neighbouring threads
//          load along the contiguous direction. C is written once, neighbouring threads write neighbouring j.
//          With slices, it is written `slices` times more and read as often
// NUMERICS a slice's sum in T, in the order of k; slices are added in double. Sizes alone decide the
//          order: the same bits on any GPU
// REQUIRES every thread of a block reaches both barriers
// COST     for 128 × 64 times 64 × 10: A 1.00 ×, C 1.00 ×, B 7.40 × under simt, which reads the last line for
//          those beyond it, and 1.00 × on a GPU, which reads nothing for them; 2.9 % of the passes over
//          shared memory are conflicts
//
// A factor is a view: a struct with `Element<T> operator()(int line, int k) const`, called within bounds
// only, and `static constexpr bool along_k`: do neighbours in k, rather than neighbouring lines, lie side by
// side?
#pragma once

#include "core/error.h"
#include "kernels/cuda/columns.cuh"
#include "kernels/cuda/copy_async.cuh"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/pack.cuh"
#include "kernels/cuda/scratch.h"

namespace norma::NORMA_EXECUTOR {

/// A matrix in memory; one of the two strides is 1.
template <class T, bool AlongK>
struct Matrix {
  static constexpr bool along_k = AlongK;
  const T* data;
  long long stride;  ///< of the other direction
  __device__ Element<T> operator()(int line, int k) const {
    return {along_k ? data + line * stride + k : data + k * stride + line, true};
  }
};

/// A number 1 in global memory.
template <class T>
__device__ const T number_one = T{1};

/// Lines of ones: the product with one is the sum of the other factor's lines.
template <class T>
struct Ones {
  static constexpr bool along_k = true;
  __device__ Element<T> operator()(int, int) const { return {&number_one<T>, true}; }
};

/// A view with one more line, of ones: the product with it is the sum of the other factor's lines. So the
/// product that gives the gradient of the weight also gives that of the bias, which every output adds with
/// weight 1.
template <class View>
struct WithOnes {
  static constexpr bool along_k = View::along_k;
  View view;
  int ones;  ///< the line that is all ones, the last
  __device__ auto operator()(int line, int k) const -> decltype(view(line, k)) {
    const auto near = view(min(line, ones - 1), k);
    using T = std::remove_cvref_t<decltype(*near.address)>;
    return {line == ones ? &number_one<T> : near.address, line == ones || near.exists};
  }
};

inline constexpr int tile_depth = 16;

// view(line, k), or zero beyond `lines` and `end`.
template <class View>
__device__ __forceinline__ auto element_within(const View& view, int line, int lines, int k, int end) {
  const int near_line = min(line, lines - 1), near_k = min(k, end - 1);
  auto element = view(near_line, near_k);
  element.exists &= line == near_line && k == near_k;
  return element;
}

// Brings tile[k][i] = view(line + i, first + k), zero beyond `lines` and `end`; W lines lie in one pack.
template <int Lines, class T, int W, int Pitch, class View>
__device__ __forceinline__ void bring_tile(const View& view, int line, int lines, int first, int end,
                                           Pack<T, W> (&tile)[tile_depth][Pitch]) {
  share_copies<Lines * tile_depth, 256>([&](int at) {
    const int i = View::along_k ? at / tile_depth : at % Lines,
              k = View::along_k ? at % tile_depth : at / Lines;
    copy_async(&tile[k][i / W].at[i % W], element_within(view, line + i, lines, first + k, end));
  });
}

template <int R, class T, class A, class B, class C>
__global__ void __launch_bounds__(256, 2) multiply_tiles(int m, int n, int k, int slice, A a, B b, C c) {
  using TileA =
      Pack<T, R>[2][tile_depth][16 + 1];  // + 1, + 2: threads that load along k meet fewer conflicts
  using TileB = Pack<T, 1>[2][tile_depth][64 + 2];
  NORMA_SHARED(TileA, a_tile);
  NORMA_SHARED(TileB, b_tile);
  const int ty = static_cast<int>(threadIdx.x) / 16, tx = static_cast<int>(threadIdx.x) % 16;
  const int i0 = static_cast<int>(blockIdx.y) * 16 * R, j0 = static_cast<int>(blockIdx.x) * 64;
  const int begin = static_cast<int>(blockIdx.z) * slice, end = min(k, begin + slice);

  acc_t<T> sum[R][4] = {};
  const auto bring = [&](int first, int stage) {
    bring_tile<16 * R>(a, i0, m, first, end, a_tile[stage]);
    bring_tile<64>(b, j0, n, first, end, b_tile[stage]);
  };
  in_two_stages(begin, end, tile_depth, bring, [&](int, int stage) {
#pragma unroll
    for (int d = 0; d < tile_depth; ++d) {
      const Pack<T, R> row = a_tile[stage][d][ty];
#pragma unroll
      for (int q = 0; q < 4; ++q) {
        const acc_t<T> column = b_tile[stage][d][tx + 16 * q].at[0];
#pragma unroll
        for (int r = 0; r < R; ++r) sum[r][q] += row.at[r] * column;
      }
    }
  });

#pragma unroll
  for (int r = 0; r < R; ++r)
#pragma unroll
    for (int q = 0; q < 4; ++q)
      if (const int i = i0 + R * ty + r, j = j0 + tx + 16 * q; i < m && j < n) c(i, j, sum[r][q]);
}

// ── Slices ─────────────────────────────────────────────────────────────────────────────────────────────────

template <class T>
struct StoreSlice {
  acc_t<T>* partial;  ///< [slices, m, n]
  int m, n;
  __device__ void operator()(int i, int j, acc_t<T> sum) const {
    partial[(static_cast<long long>(blockIdx.z) * m + i) * n + j] = sum;  // slices along the grid's z
  }
};

/// A sum of slices, in double.
struct SliceSum {
  stat_t sum;
  __device__ __forceinline__ void merge(const SliceSum& other) { sum += other.sum; }
};

template <class T>
struct LoadSlice {
  const acc_t<T>* partial;
  unsigned elements;  ///< m·n
  __device__ __forceinline__ SliceSum operator()(unsigned slice, unsigned at) const {
    return {partial[static_cast<long long>(slice) * elements + at]};
  }
};

template <class T, class C>
struct FinishElement {
  C c;
  unsigned n;
  __device__ __forceinline__ void operator()(unsigned, unsigned at, const SliceSum& s) const {
    c(static_cast<int>(at / n), static_cast<int>(at % n), static_cast<acc_t<T>>(s.sum));
  }
};

/// Calls c(i, j, Σ partial[slice, i, j]) for every element, slices in an order that their number decides.
template <class T, class C>
void sum_slices(int slices, int m, int n, const acc_t<T>* partial, C c) {
  const unsigned columns = static_cast<unsigned>(n), elements = static_cast<unsigned>(m) * columns;
  merge_columns(static_cast<unsigned>(slices), elements, LoadSlice<T>{partial, elements},
                FinishElement<T, C>{c, columns});
}

/// How many of k one slice takes: all, unless there are too few tiles for a GPU and the depth is large.
inline int slice_depth(long long tiles, int k) {
  const long long slices = std::clamp<long long>(std::min(512 / tiles, k / 256ll), 1, 512);
  return static_cast<int>(std::max(1ll, divide_up(divide_up(k, slices), tile_depth)) * tile_depth);
}

/// The grid of a product whose blocks make 16·R × 64 elements, and its slices: calls
/// start.operator()<R>(config, depth of a slice, where elements go).
template <class T, int R, class C, class Start>
void multiply_in_rows(int m, int n, int k, C c, const Start& start) {
  const unsigned rows = static_cast<unsigned>(divide_up(m, 16 * R)),
                 columns = static_cast<unsigned>(divide_up(n, 64));
  const int depth = slice_depth(static_cast<long long>(rows) * columns, k);
  const int slices = std::max(1, static_cast<int>(divide_up(k, depth)));
  const LaunchConfig config{.grid = {columns, rows, static_cast<unsigned>(slices)}, .block = 256};
  if (slices == 1) return start.template operator()<R>(config, depth, c);
  const DeviceScratch<acc_t<T>> partial(static_cast<long long>(slices) * m * n);
  start.template operator()<R>(config, depth, StoreSlice<T>{partial.data(), m, n});
  sum_slices<T>(slices, m, n, partial.data(), c);
}

template <class T, class C, class Start>
void multiply_in_slices(long long m, long long n, long long k, C c, const Start& start) {
  constexpr long long most = 1 << 30;  // fits an int, with room for sums
  if (m > most || n > most || k > most)
    fail("a product of {} × {} × {} is too large for one launch", m, n, k);
  if (m == 0 || n == 0) return;
  const int rows = static_cast<int>(m), columns = static_cast<int>(n), depth = static_cast<int>(k);
  if (m <= 16) return multiply_in_rows<T, 1>(rows, columns, depth, c, start);
  if (m <= 32) return multiply_in_rows<T, 2>(rows, columns, depth, c, start);
  multiply_in_rows<T, 4>(rows, columns, depth, c, start);
}

/// Calls c(i, j, C(i, j)) once for every element, in any order.
template <class T, class A, class B, class C>
void multiply(long long m, long long n, long long k, A a, B b, C c) {
  multiply_in_slices<T>(m, n, k, c, [&]<int R>(const LaunchConfig& config, int depth, const auto& store) {
    using Store = std::remove_cvref_t<decltype(store)>;
    launch(&multiply_tiles<R, T, A, B, Store>, config, static_cast<int>(m), static_cast<int>(n),
           static_cast<int>(k), depth, a, b, store);
  });
}

}  // namespace norma::NORMA_EXECUTOR
