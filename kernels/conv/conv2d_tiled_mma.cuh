// 3×3 convolutions with stride 1 on tensor cores: the tiles of conv2d_tiled.cuh, multiplied with mma.sync,
// their numbers rounded to tf32 or bf16.
#pragma once

#include "kernels/conv/conv2d_tiled.cuh"
#include "kernels/cuda/mma.cuh"

namespace norma::NORMA_EXECUTOR {

// Shared memory, in floats. Neighbouring channels of x lie 8 or 24 banks apart, so that a load of a fragment
// (4 channels × 8 pixels, or × 8 channels of y) touches all 32 banks; neighbouring taps lie one bank apart,
// because threads bring them side by side.
inline constexpr int mma_channels = 8, mma_row = 12, mma_plane = halo_side * mma_row + 16;
using MmaSource = float[mma_channels][mma_plane];

template <int N>
struct MmaWeight {
  static constexpr int channel = N == 1 ? 8 : 8 * N + 8, tap = mma_channels * channel + 1;
  float numbers[9 * tap];
  __device__ __forceinline__ float& at(int c, int t, int k) { return numbers[t * tap + c * channel + k]; }
};

// MATH     Correlation3x3, of rounded factors
// MAPPING  a block of 4 warps: 8·N channels of y on two tiles of 8 × 8 pixels; a warp: half a tile, in all of
//          the channels
//
//            warp 0    rows 0 1 │ rows 2 3     two times 16 lines of A: two rows of 8 pixels
//            warp 1    rows 4 5 │ rows 6 7     N times 8 lines of B: channels of y
//            warps 2, 3: the next tile         depth: 8 channels of x, at one tap after the other
//
//          lane (g, q) holds column g of both rows, in channels q and q + 4
// MEMORY   x is read once for each 8·N channels of y, with its halo, and weight once per block; y is written
//          once, 32 bytes side by side. Shared, of a tap: 8 + 2·N numbers per lane for 2·N products of
//          16 × 8 × 8
// NUMERICS products are exact; sums are float, over channels in eights, then taps: one order for any grid
// REQUIRES every thread reaches each barrier and each multiply_add; blockDim.x = 128
// COST     8 × 32 × 32 × 32 to 32 channels: x 1.44 ×, weight once per block, y 1.00 ×; 4.6 sectors per read
//          where 3.1 would do; of the passes over shared memory 14 % are conflicts, all of them of copies
template <int N, Precision P>
__global__ void __launch_bounds__(128, 3) correlate_3x3_mma(Correlation3x3 a) {
  NORMA_SHARED(MmaSource[2][2], source);
  NORMA_SHARED(MmaWeight<N>[2], weight);
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const int g = lane / 4, q = lane % 4, tile = warp / 2, first_row = warp % 2 * 4;
  const int first_tile = static_cast<int>(blockIdx.x) * 2, first_k = static_cast<int>(blockIdx.y) * 8 * N;
  const TileBringer<2, mma_channels, 8 * N> bringer(a, first_tile);
  const auto bring = [&](int first_c, int stage) {
    bringer.bring(
        a, first_c, first_k,
        [&](int at_tile, int c, int line, int column) {
          return &source[stage][at_tile][c][line * mma_row + column];
        },
        [&](int c, int tap, int k) { return &weight[stage].at(c, tap, k); });
  };

  Sums16x8 sum[2][N];
  in_two_stages(0, a.in.c, mma_channels, bring, [&](int, int stage) {
    const auto multiply_taps = [&]<int Taps>(int first_tap, std::integral_constant<int, Taps>) {
      Lines16 pixels[2][Taps];
#pragma unroll
      for (int half = 0; half < 2; ++half)
#pragma unroll
        for (int t = 0; t < Taps; ++t)
#pragma unroll
          for (int e = 0; e < 4; ++e)
            pixels[half][t].at[e] = source[stage][tile][q + e / 2 * 4]
                                          [(first_row + 2 * half + e % 2 + (first_tap + t) / 3) * mma_row +
                                           g + (first_tap + t) % 3];
#pragma unroll
      for (int b = 0; b < N; ++b) {
        Lines8 filters[Taps];
#pragma unroll
        for (int t = 0; t < Taps; ++t)
#pragma unroll
          for (int e = 0; e < 2; ++e)
            filters[t].at[e] = weight[stage].at(q + e * 4, first_tap + t, 8 * b + g);
#pragma unroll
        for (int half = 0; half < 2; ++half) multiply_add<P>(sum[half][b], pixels[half], filters);
      }
    };
#pragma unroll 1
    for (int tap = 0; tap < 8; tap += 2) multiply_taps(tap, std::integral_constant<int, 2>());
    multiply_taps(8, std::integral_constant<int, 1>());
  });

  const TilePlace place(first_tile + tile, a.out);
  const int j = place.column + g;
  if (place.n >= a.images || j >= a.out.w) return;
#pragma unroll
  for (int half = 0; half < 2; ++half)
#pragma unroll
    for (int b = 0; b < N; ++b)
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int i = place.row + first_row + 2 * half + e / 2, k = first_k + 8 * b + 2 * q + e % 2;
        if (i < a.out.h && k < a.out.c)
          a.y[((static_cast<long long>(place.n) * a.out.c + k) * a.out.h + i) * a.out.w + j] =
              sum[half][b].at[e] + (a.bias != nullptr ? a.bias[k] : 0.0f);
      }
}

template <int N>
void correlate_rounded_in_groups(Precision precision, const Correlation3x3& a) {
  const long long tiles = static_cast<long long>(a.images) * a.out.tiles_h() * a.out.tiles_w();
  const dim3 grid(static_cast<unsigned>(divide_up(tiles, 2)),
                  static_cast<unsigned>(divide_up(a.out.c, 8 * N)));
  with_rounding(precision,
                [&]<Precision P>() { launch(correlate_3x3_mma<N, P>, {.grid = grid, .block = 128}, a); });
}

/// Runs a correlation with up to 32 channels of y per block.
inline void correlate_rounded(Precision precision, const Correlation3x3& a) {
  if (a.images == 0 || a.out.c == 0) return;
  if (a.out.c <= 8) return correlate_rounded_in_groups<1>(precision, a);
  if (a.out.c <= 16) return correlate_rounded_in_groups<2>(precision, a);
  correlate_rounded_in_groups<4>(precision, a);
}

// ── Backward weight ────────────────────────────────────────────────────────────────────────────────────────

// As above, for loads of 8 channels × 4 pixels.
inline constexpr int mma_x_plane = halo_side * mma_row + 12, mma_dy_plane = tile_side * tile_side + 4;

// MATH     dweight of WeightGradient3x3, of rounded factors
// MAPPING  a block of 4 = KTiles · CTiles warps: 16·KTiles k × 8·CTiles c over a slice of the tiles of 8 × 8
//          pixels; a warp: 16 k × 8 c, nine sums of 16 × 8
//
//            rows i, i + 1 of dy    16 lines of A: k           depth: the 8 pixels of a row, two rows
//            rows i … i + 3 of x     8 lines of B: c           at tap (u, v): rows i + u, i + u + 1, from
//                                                              column v
//
// MEMORY   dy is read once for each 8·CTiles c, x with its halo once for each 16·KTiles k; slices·K·9·C sums
//          are written and read again by sum_slices. Shared: 8 + 24 numbers per lane for 18 products of
//          16 × 8 × 8
// NUMERICS products are exact; sums are float within a slice, and slices are added in double
// REQUIRES every thread reaches each barrier; blockDim.x = 128
// COST     the same sizes: dy 1.00 × for each 8·CTiles c, x 1.44 × for each 16·KTiles k; 6.5 sectors per read
//          where 3.3 would do; 13 % conflicts, all of them of copies
template <int KTiles, int CTiles, Precision P, class Store>
__global__ void __launch_bounds__(128, 4)
    weight_gradient_3x3_mma(WeightGradient3x3 a, Slices slices, Store store) {
  using Source = float[2][8 * CTiles][mma_x_plane];
  using Gradient = float[2][16 * KTiles][mma_dy_plane];
  NORMA_SHARED(Source, source);
  NORMA_SHARED(Gradient, gradient);
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const int g = lane / 4, q = lane % 4, my_k = warp / CTiles * 16, my_c = warp % CTiles * 8;
  const int first_c = static_cast<int>(blockIdx.x) * 8 * CTiles,
            first_k = static_cast<int>(blockIdx.y) * 16 * KTiles;
  int begin, end;
  slices.range(static_cast<int>(blockIdx.z), begin, end);
  const auto bring = [&](int tile, int stage) {
    bring_gradient_tile<8 * CTiles, 16 * KTiles>(
        a, tile, first_c, first_k,
        [&](int c, int line, int column) { return &source[stage][c][line * mma_row + column]; },
        [&](int k, int line, int column) { return &gradient[stage][k][line * tile_side + column]; });
  };

  Sums16x8 sum[9];
  in_two_stages(begin, end, 1, bring, [&](int, int stage) {
#pragma unroll 1
    for (int i = 0; i < tile_side; i += 2) {
      Lines16 dy[2];
#pragma unroll
      for (int row = 0; row < 2; ++row)
#pragma unroll
        for (int e = 0; e < 4; ++e)
          dy[row].at[e] = gradient[stage][my_k + g + e % 2 * 8][(i + row) * tile_side + q + e / 2 * 4];
#pragma unroll
      for (int v = 0; v < 3; ++v) {
        Lines8 x[4];
#pragma unroll
        for (int row = 0; row < 4; ++row)
#pragma unroll
          for (int e = 0; e < 2; ++e)
            x[row].at[e] = source[stage][my_c + g][(i + row) * mma_row + v + q + e * 4];
#pragma unroll
        for (int u = 0; u < 3; ++u) {
          const Lines8 rows[2] = {x[u], x[u + 1]};
          multiply_add<P>(sum[3 * u + v], dy, rows);
        }
      }
    }
  });

#pragma unroll
  for (int tap = 0; tap < 9; ++tap)
#pragma unroll
    for (int e = 0; e < 4; ++e) {
      const int k = first_k + my_k + g + e / 2 * 8, c = first_c + my_c + 2 * q + e % 2;
      if (k < a.out.c && c < a.in.c) store(k, tap * a.in.c + c, sum[tap].at[e]);
    }
}

template <int KTiles, int CTiles>
void weight_gradient_in_warps(Precision precision, const WeightGradient3x3& a,
                              const StoreGradients<float>& store) {
  weight_gradient_in_slices<16 * KTiles, 8 * CTiles>(
      a, 9 * a.in.c, store, [&](const LaunchConfig& config, auto... rest) {
        with_rounding(precision, [&]<Precision P>() {
          launch(weight_gradient_3x3_mma<KTiles, CTiles, P, StoreSlice<float>>, config, a, rest...);
        });
      });
}

/// dweight alone; dbias is a sum of numbers that are not rounded.
inline void weight_gradient_rounded(Precision precision, const WeightGradient3x3& a,
                                    const StoreGradients<float>& store) {
  if (a.in.c <= 8) return weight_gradient_in_warps<4, 1>(precision, a, store);
  if (a.in.c <= 16) return weight_gradient_in_warps<2, 2>(precision, a, store);
  weight_gradient_in_warps<1, 4>(precision, a, store);
}

}  // namespace norma::NORMA_EXECUTOR
