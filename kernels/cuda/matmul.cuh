// multiply: the one kernel behind every matrix product, whatever its factors look like in memory.
//
// MATH     C(i, j) = Σ_k A(i, k)·B(j, k): both factors are lines × depth, so that A·Bᵀ is the plain case
// MAPPING  one block of 256 threads per tile of 16·R × 64 elements of C, a thread takes R × 4 of them; the
//          grid's z cuts a large depth, and one that goes over images, into slices
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
// NUMERICS a slice's sum in T, in the order of k; slices are added in double. The order depends neither on
//          the GPU nor on m and n, so that an image has the same results in any batch
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
#include "kernels/cuda/copy_async.cuh"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/images.cuh"
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
__global__ void __launch_bounds__(256, 2) multiply_tiles(int m, int n, Slices slices, A a, B b, C c) {
  using TileA =
      Pack<T, R>[2][tile_depth][16 + 1];  // + 1, + 2: threads that load along k meet fewer conflicts
  using TileB = Pack<T, 1>[2][tile_depth][64 + 2];
  NORMA_SHARED(TileA, a_tile);
  NORMA_SHARED(TileB, b_tile);
  const int ty = static_cast<int>(threadIdx.x) / 16, tx = static_cast<int>(threadIdx.x) % 16;
  const int i0 = static_cast<int>(blockIdx.y) * 16 * R, j0 = static_cast<int>(blockIdx.x) * 64;
  int begin, end;
  slices.range(static_cast<int>(blockIdx.z), begin, end);

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

template <class T>
struct LoadSlice {
  const acc_t<T>* partial;
  unsigned elements;  ///< m·n
  __device__ __forceinline__ RoundedSum<T> operator()(unsigned slice, unsigned at) const {
    return {partial[static_cast<long long>(slice) * elements + at], T{0}};
  }
};

template <class T, class C>
struct FinishElement {
  C c;
  unsigned n;
  __device__ __forceinline__ void operator()(unsigned, unsigned at, const RoundedSum<T>& s) const {
    c(static_cast<int>(at / n), static_cast<int>(at % n), s.rounded);
  }
};

/// Calls c(i, j, Σ partial[slice, i, j]) for every element.
template <class T, class C>
void sum_slices(const Slices& slices, int m, int n, const acc_t<T>* partial, C c) {
  const unsigned columns = static_cast<unsigned>(n), elements = static_cast<unsigned>(m) * columns;
  merge_images<RoundedSum<T>>({slices.leaves.count, slices.leaves.count},
                              static_cast<unsigned>(slices.per_leaf()), elements,
                              LoadSlice<T>{partial, elements}, FinishElement<T, C>{c, columns});
}

// ── Products ───────────────────────────────────────────────────────────────────────────────────────────────

/// What a product sums over.
struct Depth {
  long long k;
  Slices slices;

  /// k numbers.
  static Depth of(long long k) {
    return {k, {{1, 1}, static_cast<int>(k), static_cast<int>(std::clamp(k / 1024, 1ll, 32ll)), tile_depth}};
  }
  /// Those of some images, of a product of m × n elements.
  static Depth of_images(long long images, long long numbers, long long m, long long n) {
    const long long tiles = divide_up(m, 64) * divide_up(n, 64);
    return {images * numbers, slices_of_images(images, numbers, 512, tiles, 4 * tile_depth)};
  }
};

/// The grid of a product whose blocks make 16·R × 64 elements, and its slices: calls
/// start.operator()<R>(config, where elements go).
template <class T, int R, class C, class Start>
void multiply_in_rows(int m, int n, const Slices& slices, C c, const Start& start) {
  const unsigned rows = static_cast<unsigned>(divide_up(m, 16 * R)),
                 columns = static_cast<unsigned>(divide_up(n, 64));
  const LaunchConfig config{.grid = {columns, rows, static_cast<unsigned>(slices.count())}, .block = 256};
  if (slices.count() == 1) return start.template operator()<R>(config, c);
  const DeviceScratch<acc_t<T>> partial(static_cast<long long>(slices.count()) * m * n);
  start.template operator()<R>(config, StoreSlice<T>{partial.data(), m, n});
  sum_slices<T>(slices, m, n, partial.data(), c);
}

template <class T, class C, class Start>
void multiply_in_slices(long long m, long long n, const Depth& depth, C c, const Start& start) {
  constexpr long long most = 1 << 30;  // fits an int, with room for sums
  if (m > most || n > most || depth.k > most)
    fail("a product of {} × {} × {} is too large for one launch", m, n, depth.k);
  if (m == 0 || n == 0) return;
  const int rows = static_cast<int>(m), columns = static_cast<int>(n);
  if (m <= 16) return multiply_in_rows<T, 1>(rows, columns, depth.slices, c, start);
  if (m <= 32) return multiply_in_rows<T, 2>(rows, columns, depth.slices, c, start);
  multiply_in_rows<T, 4>(rows, columns, depth.slices, c, start);
}

/// Calls c(i, j, C(i, j)) once for every element, in any order.
template <class T, class A, class B, class C>
void multiply(long long m, long long n, const Depth& depth, A a, B b, C c) {
  multiply_in_slices<T>(m, n, depth, c, [&]<int R>(const LaunchConfig& config, const auto& store) {
    using Store = std::remove_cvref_t<decltype(store)>;
    launch(&multiply_tiles<R, T, A, B, Store>, config, static_cast<int>(m), static_cast<int>(n), depth.slices,
           a, b, store);
  });
}

}  // namespace norma::NORMA_EXECUTOR
