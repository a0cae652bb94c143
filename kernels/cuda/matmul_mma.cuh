// multiply_rounded: the product of kernels/cuda/matmul.cuh on tensor cores, its factors rounded to tf32 or
// bf16.
//
// MATH     C(i, j) = Σ_k A(i, k)·B(j, k), of rounded factors
// MAPPING  one block of 8 warps per tile of 16·R × 64 elements of C; a warp takes 16·Rows × 8·Columns of them
//
//            R = 1   1 × 8 warps of 16 × 8     R = 2   2 × 4 warps of 16 × 16     R = 4   2 × 4 of 32 × 16
//
//          tiles of A and B lie in shared memory as [line][16 of depth], in rows of 20 floats: the eight rows
//          of 16 bytes that ldmatrix reads at once touch all 32 banks
//
// MEMORY   as matmul.cuh; for factors whose lines lie side by side, a warp brings 8 lines × 4 of depth at a
//          time: whole sectors, and no bank conflicts
// NUMERICS a slice's sum in float, 8 or 16 of depth at a time; slices are added in double. Products are
//          exact
// REQUIRES every thread of a block reaches both barriers and each multiply_add
// COST     1×1 convolution, 8 × 32 × 32 × 32 to 10 channels: x 1.00 ×, y 1.00 ×; weight once per block;
//          5.0 sectors per write where 2.5 would do; 5.6 % conflicts, all of them of copies
#pragma once

#include "kernels/cuda/matmul.cuh"
#include "kernels/cuda/mma.cuh"

namespace norma::NORMA_EXECUTOR {

template <int Lines>
using MmaTile = Pack<float, 4>[Lines][tile_depth / 4 + 1];

// Brings tile[i][k] = view(line + i, first + k), zero beyond `lines` and `end`.
template <int Lines, class View>
__device__ __forceinline__ void bring_lines(const View& view, int line, int lines, int first, int end,
                                            MmaTile<Lines>& tile) {
  share_copies<Lines * tile_depth, 256>([&](int at) {
    const int i = View::along_k ? at / tile_depth : at % 8 + at / 32 % (Lines / 8) * 8,
              k = View::along_k ? at % tile_depth : at / 8 % 4 + at / (Lines * 4) * 4;
    copy_async(&tile[i][k / 4].at[k % 4], element_within(view, line + i, lines, first + k, end));
  });
}

template <int R, Precision P, class A, class B, class C>
__global__ void __launch_bounds__(256, 2) multiply_tiles_mma(int m, int n, Slices slices, A a, B b, C c) {
  constexpr int warps_down = R == 1 ? 1 : 2, warps_across = 8 / warps_down, rows = R / warps_down,
                columns = 8 / warps_across;
  NORMA_SHARED(MmaTile<16 * R>[2], a_tile);
  NORMA_SHARED(MmaTile<64>[2], b_tile);
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const int my_row = warp / warps_across * rows * 16, my_column = warp % warps_across * columns * 8;
  const int i0 = static_cast<int>(blockIdx.y) * 16 * R, j0 = static_cast<int>(blockIdx.x) * 64;
  int begin, end;
  slices.range(static_cast<int>(blockIdx.z), begin, end);

  Sums16x8 sum[rows][columns];
  const auto bring = [&](int first, int stage) {
    bring_lines(a, i0, m, first, end, a_tile[stage]);
    bring_lines(b, j0, n, first, end, b_tile[stage]);
  };
  in_two_stages(begin, end, tile_depth, bring, [&](int, int stage) {
    Lines16 a_lines[rows][2];
#pragma unroll
    for (int r = 0; r < rows; ++r) load_lines(&a_tile[stage][my_row + 16 * r], a_lines[r]);
#pragma unroll
    for (int q = 0; q < columns; ++q) {
      Lines8 b_lines[2];
      load_lines(&b_tile[stage][my_column + 8 * q], b_lines);
#pragma unroll
      for (int r = 0; r < rows; ++r) multiply_add<P>(sum[r][q], a_lines[r], b_lines);
    }
  });

#pragma unroll
  for (int r = 0; r < rows; ++r)
#pragma unroll
    for (int q = 0; q < columns; ++q)
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int i = i0 + my_row + 16 * r + lane / 4 + e / 2 * 8,
                  j = j0 + my_column + 8 * q + lane % 4 * 2 + e % 2;
        if (i < m && j < n) c(i, j, sum[r][q].at[e]);
      }
}

/// As multiply, for float and a precision other than exact.
template <class A, class B, class C>
void multiply_rounded(Precision precision, long long m, long long n, const Depth& depth, A a, B b, C c) {
  with_rounding(precision, [&]<Precision P>() {
    multiply_in_slices<float>(m, n, depth, c, [&]<int R>(const LaunchConfig& config, const auto& store) {
      using Store = std::remove_cvref_t<decltype(store)>;
      launch(&multiply_tiles_mma<R, P, A, B, Store>, config, static_cast<int>(m), static_cast<int>(n),
             depth.slices, a, b, store);
    });
  });
}

}  // namespace norma::NORMA_EXECUTOR
