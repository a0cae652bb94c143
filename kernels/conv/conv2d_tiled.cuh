// 3×3 convolutions with stride 1 in float, by tiles of 8 × 8 pixels that lie in shared memory with their
// surroundings: a number that is fetched once serves nine taps and all output channels of the block. Forward
// and backward data are one kernel (correlate_3x3), to which steps/ leads from a naive one; backward weight
// is the other (weight_gradient_3x3).
#pragma once

#include "kernels/conv/conv2d_tile.cuh"
#include "kernels/cuda/copy_async.cuh"

namespace norma::NORMA_EXECUTOR {

/// One pixel, in every channel of an image.
struct Pixel {
  const float* first;  ///< in channel 0; a valid address even if the pixel does not exist
  bool exists;
  __device__ Element<float> in_channel(int c, const Volume& image) const {
    return {first + min(c, image.c - 1) * image.h * image.w, exists && c < image.c};
  }
};

__device__ __forceinline__ Pixel pixel_of(const float* images, int n, const Volume& image, int row,
                                          int column) {
  const bool exists = row >= 0 && row < image.h && column >= 0 && column < image.w;
  const long long first_row = static_cast<long long>(n) * image.c * image.h;
  return {exists ? images + (first_row + row) * image.w + column : images, exists};
}

/// What a block of 128 threads brings to shared memory: `Depth` channels of `Tiles` tiles of x with their
/// halos, and the weights of these channels for `Channels` channels of y. A thread brings the same pixel of
/// every tile, and its share of the weights.
template <int Tiles, int Depth, int Channels>
struct TileBringer {
  int line = static_cast<int>(threadIdx.x) / halo_side, column = static_cast<int>(threadIdx.x) % halo_side;
  Pixel pixels[Tiles];

  __device__ __forceinline__ TileBringer(const Correlation3x3& a, int first_tile) {
#pragma unroll
    for (int tile = 0; tile < Tiles; ++tile) {
      const TilePlace place(first_tile + tile, a.out);
      pixels[tile] = place.n < a.images ? pixel_of(a.x, place.n, a.in, place.row - a.pad_h + line,
                                                   place.column - a.pad_w + column)
                                        : Pixel{a.x, false};
    }
  }

  /// Starts the copies of channels first_c … of x to source_at(tile, c, line, column), and of their weights
  /// for channels first_k … of y to weight_at(c, tap, k).
  template <class SourceAt, class WeightAt>
  __device__ __forceinline__ void bring(const Correlation3x3& a, int first_c, int first_k,
                                        const SourceAt& source_at, const WeightAt& weight_at) const {
    if (line < halo_side)
#pragma unroll
      for (int tile = 0; tile < Tiles; ++tile)
#pragma unroll
        for (int c = 0; c < Depth; ++c)
          copy_async(source_at(tile, c, line, column), pixels[tile].in_channel(first_c + c, a.in));
    share_copies<Channels * Depth * 9, 128>([&](int at) {
      const int tap = at % 9, c = at / 9 % Depth, k = at / (9 * Depth);
      const bool exists = first_k + k < a.out.c && first_c + c < a.in.c;
      copy_async(weight_at(c, tap, k),
                 {exists ? a.weight.at(first_k + k, first_c + c, tap) : a.weight.data, exists});
    });
  }
};

// MATH     Correlation3x3
// MAPPING  a block of 128 threads: 8·G channels of y on 8/G tiles of 8 × 8 pixels; a thread: 8 channels
//          of four pixels in a row
//
//            one tile and its halo            thread (tile, group, half, row), row fastest:
//            ┌──────────────────────┐
//            │ . . . . . . . . . .  │           row 0   │ half 0: 4 pixels │ half 1: 4 pixels │
//            │ . ┌───────┬───────┐ .│           row 1   │        …         │                  │
//            │ . │ half 0│ half 1│ .│           …           × channels 8·group … 8·group + 7
//            │ . │       │       │ .│
//            │ . └───────┴───────┘ .│         a row of taps (u) of one input channel: 2 + 6 loads of 16 bytes
//            │ . . . . . . . . . .  │         from shared memory for 96 multiply-adds
//            └──────────────────────┘
//
// MEMORY   x is read once for each 8·G channels of y, plus halos (100 pixels for 64, mostly from the caches);
//          weight once per block; y is written once, 16 bytes per access where its rows allow.
//          Shared: rows are 3 packs apart, so that 8 lanes on 8 rows touch all 32 banks; no conflicts
// NUMERICS float; the sum runs over channels, then rows, then columns of taps: one order for any grid
// REQUIRES every thread reaches each barrier; blockDim.x = 128
// COST     8 × 32 × 32 × 32 to 32 channels: x 1.44 ×, weight once per block, y 1.00 ×; 5.7 sectors per read
//          where 3.5 would do, for rows of ten pixels begin anywhere; of the passes over shared memory 6.3 %
//          are conflicts
template <int G>
__global__ void __launch_bounds__(128, G == 8 ? 2 : 4) correlate_3x3(Correlation3x3 a, bool wide) {
  constexpr int tiles = 8 / G;
  NORMA_SHARED(SourceTile[2][tiles], source);
  NORMA_SHARED(WeightTile<G>[2], weight);
  const TileThread<G> mine;
  const int first_tile = static_cast<int>(blockIdx.x) * tiles, first_k = static_cast<int>(blockIdx.y) * 8 * G;

  const TileBringer<tiles, tile_channels, 8 * G> bringer(a, first_tile);
  const auto bring = [&](int first_c, int stage) {
    bringer.bring(
        a, first_c, first_k,
        [&](int tile, int c, int line, int column) {
          return &source[stage][tile][c][line][column / 4].at[column % 4];
        },
        [&](int c, int tap, int k) { return &weight[stage][c][tap][k / 4].at[k % 4]; });
  };

  float sum[8][4] = {};
  in_two_stages(0, a.in.c, tile_channels, bring,
                [&](int, int stage) { multiply_tile(source[stage][mine.tile], weight[stage], mine, sum); });

  store_tile(a, first_tile, first_k, mine, sum, wide);
}

template <int G>
void correlate_in_groups(const Correlation3x3& a) {
  const long long tiles = static_cast<long long>(a.images) * a.out.tiles_h() * a.out.tiles_w();
  const dim3 grid(static_cast<unsigned>(divide_up(tiles, 8 / G)),
                  static_cast<unsigned>(divide_up(a.out.c, 8 * G)));
  const bool wide = access_width<float>(a.out.w, a.y) == 4;
  launch(correlate_3x3<G>, {.grid = grid, .block = 128}, a, wide);
}

/// Runs a correlation with up to 64 channels of y per block, a multiple of eight.
inline void correlate(const Correlation3x3& a) {
  if (a.images == 0 || a.out.c == 0) return;
  if (a.out.c <= 8) return correlate_in_groups<1>(a);
  if (a.out.c <= 16) return correlate_in_groups<2>(a);
  if (a.out.c <= 32) return correlate_in_groups<4>(a);
  correlate_in_groups<8>(a);
}

// ── Backward weight ────────────────────────────────────────────────────────────────────────────────────────

struct WeightGradient3x3 {
  int images;
  Volume in, out;  ///< of x and of dy
  int pad_h, pad_w;
  const float* dy;
  const float* x;
};

/// What a block of 128 threads brings to shared memory of a tile: `C` channels of x with its halo to x_at(c,
/// line, column), a thread one pixel in each, and `K` channels of dy to dy_at(k, line, column), a thread one
/// pixel in every second channel.
template <int C, int K, class XAt, class DyAt>
__device__ __forceinline__ void bring_gradient_tile(const WeightGradient3x3& a, int tile, int first_c,
                                                    int first_k, const XAt& x_at, const DyAt& dy_at) {
  const int t = static_cast<int>(threadIdx.x);
  const TilePlace place(tile, a.out);
  const int x_line = t / halo_side, x_column = t % halo_side;
  const Pixel x =
      pixel_of(a.x, place.n, a.in, place.row - a.pad_h + x_line, place.column - a.pad_w + x_column);
  if (x_line < halo_side)
#pragma unroll
    for (int c = 0; c < C; ++c) copy_async(x_at(c, x_line, x_column), x.in_channel(first_c + c, a.in));
  const int dy_line = t / tile_side % tile_side, dy_column = t % tile_side,
            dy_first = t / (tile_side * tile_side);
  const Pixel dy = pixel_of(a.dy, place.n, a.out, place.row + dy_line, place.column + dy_column);
#pragma unroll
  for (int k = 0; k < K; k += 2)
    copy_async(dy_at(k + dy_first, dy_line, dy_column), dy.in_channel(first_k + k + dy_first, a.out));
}

/// Element (k, tap·C + c) of the kernel below goes into dweight[k, c, tap], the one after the last into
/// dbias.
struct StoreTransposedTaps {
  StoreGradients<float> store;
  int c;
  __device__ void operator()(int k, int t, acc_t<float> sum) const {
    store(k, t < 9 * c ? t % c * 9 + t / c : t, sum);
  }
};

// MATH     dweight[k, c, u, v] = Σ_{n,i,j} dy[n, k, i, j]·x[n, c, i + u − pad_h, j + v − pad_w];
//          after the last tap of a k, Σ dy: its dbias
// MAPPING  a block of 128 threads: 16 k × 16 c over a slice of the tiles of 8 × 8 pixels; a thread: one c and
//          two k, nine sums each
//
//            thread t:  c = t % 16, k = 2·(t / 16) and the next       slice s: some tiles of a leaf
//
//            row ρ of x's tile ── meets rows ρ, ρ − 1, ρ − 2 of dy's, which stay in registers:
//            10 numbers           u = 0    1      2                   3 + 2·2 loads for 144 multiply-adds
//
// MEMORY   dy is read once for each 16 c, x with its halo once for each 16 k; slices·K·(9·C + 1) sums are
//          written and read again by sum_slices. Shared: planes are 31 and 17 packs apart, so that 8 lanes on
//          8 planes touch all 32 banks
// NUMERICS float within a slice, slices of a leaf in double, leaves in float
// REQUIRES every thread reaches each barrier; blockDim.x = 128
// COST     the same sizes: dy 1.00 × for each 16 c, x 1.44 × for each 16 k; 6.1 sectors per read where 3.4
//          would do; 4.2 % conflicts
template <class Store>
__global__ void __launch_bounds__(128, 3)
    weight_gradient_3x3(WeightGradient3x3 a, Slices slices, Store store) {
  using Source = Pack<float, 4>[2][16][halo_side * halo_packs + 1];
  using Gradient = Pack<float, 4>[2][16][tile_side * 2 + 1];
  NORMA_SHARED(Source, source);
  NORMA_SHARED(Gradient, gradient);
  const int t = static_cast<int>(threadIdx.x), my_c = t % 16, my_k = t / 16 * 2;
  const int first_c = static_cast<int>(blockIdx.x) * 16, first_k = static_cast<int>(blockIdx.y) * 16;
  int begin, end;
  slices.range(static_cast<int>(blockIdx.z), begin, end);

  const auto bring = [&](int tile, int stage) {
    bring_gradient_tile<16, 16>(
        a, tile, first_c, first_k,
        [&](int c, int line, int column) {
          return &source[stage][c][line * halo_packs + column / 4].at[column % 4];
        },
        [&](int k, int line, int column) {
          return &gradient[stage][k][line * 2 + column / 4].at[column % 4];
        });
  };

  float sum[2][9] = {}, total[2] = {};
  in_two_stages(begin, end, 1, bring, [&](int, int stage) {
    Pack<float, 4> dy[2][3][2];  // rows of dy, two k; row i lies at i % 3
#pragma unroll
    for (int line = 0; line < halo_side; ++line) {
      Pack<float, 4> x[halo_packs];
#pragma unroll
      for (int q = 0; q < halo_packs; ++q) x[q] = source[stage][my_c][line * halo_packs + q];
#pragma unroll
      for (int k = 0; k < 2; ++k) {
        if (line < tile_side)
#pragma unroll
          for (int q = 0; q < 2; ++q) {
            const Pack<float, 4> pack = dy[k][line % 3][q] = gradient[stage][my_k + k][line * 2 + q];
            total[k] += (pack.at[0] + pack.at[1]) + (pack.at[2] + pack.at[3]);
          }
#pragma unroll
        for (int u = 0; u < 3; ++u)
          if (const int i = line - u; i >= 0 && i < tile_side)
#pragma unroll
            for (int v = 0; v < 3; ++v)
#pragma unroll
              for (int j = 0; j < tile_side; ++j)
                sum[k][3 * u + v] += dy[k][i % 3][j / 4].at[j % 4] * x[(j + v) / 4].at[(j + v) % 4];
      }
    }
  });

  // store
#pragma unroll
  for (int k = 0; k < 2; ++k) {
    const int out = first_k + my_k + k, c = first_c + my_c;
    if (out >= a.out.c || c >= a.in.c) continue;
#pragma unroll
    for (int tap = 0; tap < 9; ++tap) store(out, tap * a.in.c + c, sum[k][tap]);  // lanes side by side
    if (c == 0) store(out, 9 * a.in.c, total[k]);
  }
}

/// Runs start(config, slices, store of the partial sums), a kernel whose blocks make K × C channels of a
/// slice of the tiles, and adds the slices. `lines`: numbers per k.
template <int K, int C, class Start>
void weight_gradient_in_slices(const WeightGradient3x3& a, int lines, const StoreGradients<float>& store,
                               const Start& start) {
  const unsigned c_blocks = static_cast<unsigned>(divide_up(a.in.c, C)),
                 k_blocks = static_cast<unsigned>(divide_up(a.out.c, K));
  const Slices slices =
      slices_of_images(a.images, a.out.tiles_h() * a.out.tiles_w(), 1024, c_blocks * k_blocks, 4);
  const DeviceScratch<acc_t<float>> partial(static_cast<long long>(slices.count()) * a.out.c * lines);
  start(LaunchConfig{.grid = {c_blocks, k_blocks, static_cast<unsigned>(slices.count())}, .block = 128},
        slices, StoreSlice<float>{partial.data(), a.out.c, lines});
  sum_slices<float>(slices, a.out.c, lines, partial.data(), StoreTransposedTaps{store, a.in.c});
}

inline void weight_gradient(const WeightGradient3x3& a, const StoreGradients<float>& store) {
  const int lines = 9 * a.in.c + 1;  // taps, and the sum of dy
  weight_gradient_in_slices<16, 16>(a, lines, store, [&](const LaunchConfig& config, auto... rest) {
    launch(weight_gradient_3x3<StoreSlice<float>>, config, a, rest...);
  });
}

}  // namespace norma::NORMA_EXECUTOR
