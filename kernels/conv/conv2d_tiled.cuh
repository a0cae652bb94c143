// 3×3 convolutions with stride 1 in float, by tiles of 8 × 8 pixels whose surroundings lie in shared memory: a
// number that is fetched once serves nine taps and all output channels of the block. Forward and backward data are
// one kernel (correlate_3x3); backward weight is the other (weight_gradient_3x3).
#pragma once

#include "kernels/conv/conv2d_views.cuh"

namespace norma::NORMA_EXECUTOR {

inline constexpr int tile_side = 8, halo_side = tile_side + 2;
inline constexpr int halo_packs = 3;  // a row of 10 floats and 2 of filling: rows of whole packs

/// y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight(k, c, u, v)·x[n, c, i + u − pad_h, j + v − pad_w], zeros outside of x.
/// Backward data is this too: x is dy, and weight is read with channels exchanged, from the far corner.
struct Correlation3x3 {
  int images, c, h, w;
  int k, out_h, out_w, pad_h, pad_w;
  const float* x;
  const float* weight;
  long long k_stride, c_stride;  ///< of weight; its taps lie side by side …
  bool flipped;                  ///< … from the first to the ninth, or the other way
  const float* bias;             ///< [K] or nullptr
  float* y;

  __host__ __device__ int tiles_w() const { return (out_w + tile_side - 1) / tile_side; }
  __host__ __device__ int tiles_h() const { return (out_h + tile_side - 1) / tile_side; }
};

/// Where tile number `tile` of y lies.
struct TilePlace {
  int n, row, column;
  __device__ TilePlace(int tile, int tiles_h, int tiles_w) {
    const int above = tile / tiles_w;
    column = (tile - above * tiles_w) * tile_side;
    n = above / tiles_h;
    row = (above - n * tiles_h) * tile_side;
  }
};

// x[n, c, row, column], zero outside.
__device__ __forceinline__ float pixel_or_zero(const float* x, int n, int channels, int c, int h, int w, int row,
                                               int column) {
  const bool inside = c < channels && row >= 0 && row < h && column >= 0 && column < w;
  return inside ? x[((static_cast<long long>(n) * channels + c) * h + row) * w + column] : 0.0f;
}

// MATH     Correlation3x3
// MAPPING  a block of 128 threads: 8·G channels of y on 8/G tiles of 8 × 8 pixels; a thread 8 channels of 4 pixels
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
//          weight once a block; y is written once, 16 bytes an access where its rows allow.
//          Shared: rows are 3 packs apart, so that 8 lanes on 8 rows touch all 32 banks; no conflicts
// NUMERICS float; the sum runs over channels, then rows, then columns of taps: one order for any grid
// REQUIRES every thread reaches each barrier; blockDim.x = 128
// COST     not measured yet on a GPU
template <int G>
__global__ void __launch_bounds__(128) correlate_3x3(Correlation3x3 a, bool wide) {
  constexpr int tiles = 8 / G, depth = 4;  // input channels at a time
  using Source = Pack<float, 4>[tiles][depth][halo_side][halo_packs];
  using Weight = Pack<float, 4>[depth][9][2 * G + 1];  // + 1: nine taps on their way in meet fewer conflicts
  NORMA_SHARED(Source, source);
  NORMA_SHARED(Weight, weight);
  const int t = static_cast<int>(threadIdx.x), row = t % 8, half = t / 8 % 2, group = t / 16 % G, mine = t / (16 * G);
  const int first_tile = static_cast<int>(blockIdx.x) * tiles, first_k = static_cast<int>(blockIdx.y) * 8 * G;

  float sum[8][4] = {};
  for (int first_c = 0; first_c < a.c; first_c += depth) {
    // four channels of all tiles, and of the weight
#pragma unroll 1  // registers are for the sums
    for (int tile = 0; tile < tiles; ++tile) {
      const TilePlace place(first_tile + tile, a.tiles_h(), a.tiles_w());
      const bool exists = place.n < a.images;
      for (int at = t; at < depth * halo_side * halo_side; at += 128) {
        const int column = at % halo_side, line = at / halo_side % halo_side, c = at / (halo_side * halo_side);
        source[tile][c][line][column / 4].lane[column % 4] =
            exists ? pixel_or_zero(a.x, place.n, a.c, first_c + c, a.h, a.w, place.row + line - a.pad_h,
                                   place.column + column - a.pad_w)
                   : 0.0f;
      }
    }
    for (int at = t; at < 8 * G * depth * 9; at += 128) {
      const int tap = at % 9, c = at / 9 % depth, k = at / (9 * depth);
      const bool exists = first_k + k < a.k && first_c + c < a.c;
      weight[c][tap][k / 4].lane[k % 4] =
          exists ? a.weight[(first_k + k) * a.k_stride + (first_c + c) * a.c_stride + (a.flipped ? 8 - tap : tap)]
                 : 0.0f;
    }
    __syncthreads();

    // multiply
    for (int c = 0; c < depth; ++c)
#pragma unroll
      for (int u = 0; u < 3; ++u) {
        const Pack<float, 4> left = source[mine][c][row + u][half], right = source[mine][c][row + u][half + 1];
        const float x[6] = {left.lane[0], left.lane[1], left.lane[2], left.lane[3], right.lane[0], right.lane[1]};
#pragma unroll
        for (int v = 0; v < 3; ++v) {
          const Pack<float, 4> w[2] = {weight[c][3 * u + v][2 * group], weight[c][3 * u + v][2 * group + 1]};
#pragma unroll
          for (int k = 0; k < 8; ++k)
#pragma unroll
            for (int p = 0; p < 4; ++p) sum[k][p] += w[k / 4].lane[k % 4] * x[p + v];
        }
      }
    __syncthreads();  // before the next four
  }

  // store
  const TilePlace place(first_tile + mine, a.tiles_h(), a.tiles_w());
  const int i = place.row + row, j = place.column + 4 * half;
  if (place.n >= a.images || i >= a.out_h || j >= a.out_w) return;
#pragma unroll
  for (int n = 0; n < 8; ++n) {
    const int k = first_k + 8 * group + n;
    if (k >= a.k) return;
    const float bias = a.bias != nullptr ? a.bias[k] : 0.0f;
    float* const y = a.y + ((static_cast<long long>(place.n) * a.k + k) * a.out_h + i) * a.out_w + j;
    const Pack<float, 4> pack{sum[n][0] + bias, sum[n][1] + bias, sum[n][2] + bias, sum[n][3] + bias};
    if (wide) store_pack(y, pack);
    else
#pragma unroll
      for (int p = 0; p < 4; ++p)
        if (j + p < a.out_w) y[p] = pack.lane[p];
  }
}

template <int G>
void correlate_in_groups(const Correlation3x3& a) {
  const long long tiles = static_cast<long long>(a.images) * a.tiles_h() * a.tiles_w();
  const dim3 grid(static_cast<unsigned>(divide_up(tiles, 8 / G)), static_cast<unsigned>(divide_up(a.k, 8 * G)));
  const bool wide = a.out_w % 4 == 0 && aligned_for_packs(a.y);
  launch(correlate_3x3<G>, {.grid = grid, .block = 128}, a, wide);
}

/// Runs a correlation with as many channels of y a block as there are, in eights, up to 64.
inline void correlate(const Correlation3x3& a) {
  if (a.images == 0 || a.k == 0) return;
  if (a.k <= 8) return correlate_in_groups<1>(a);
  if (a.k <= 16) return correlate_in_groups<2>(a);
  if (a.k <= 32) return correlate_in_groups<4>(a);
  correlate_in_groups<8>(a);
}

// ── Backward weight ────────────────────────────────────────────────────────────────────────────────────────

struct WeightGradient3x3 {
  int images, c, h, w;
  int k, out_h, out_w, pad_h, pad_w;
  const float* dy;
  const float* x;
};

// MATH     dweight[k, c, u, v] = Σ_{n,i,j} dy[n, k, i, j]·x[n, c, i + u − pad_h, j + v − pad_w]; behind the last tap
//          of a k, Σ dy: its dbias
// MAPPING  a block of 128 threads: 16 k × 16 c over a slice of the tiles of 8 × 8 pixels; a thread one c and two k,
//          9 sums each
//
//            thread t:  c = t % 16, k = 2·(t / 16) and the next       slice s: tiles s·length …
//
//            row ρ of x's tile ── meets rows ρ, ρ − 1, ρ − 2 of dy's, which stay in registers:
//            10 numbers           u = 0    1      2                   3 + 2·2 loads for 144 multiply-adds
//
// MEMORY   dy is read once for each 16 c, x once for each 16 k and its halo; slices·K·(9·C + 1) sums are written,
//          and read once more by sum_slices. Shared: planes 31 and 17 packs apart, 8 lanes in 8 times 4 banks
// NUMERICS float within a slice, slices in order in double; the shape alone decides the order
// REQUIRES every thread reaches each barrier; blockDim.x = 128
// COST     not measured yet on a GPU
template <class Store>
__global__ void __launch_bounds__(128) weight_gradient_3x3(WeightGradient3x3 a, int tiles, int length, Store store) {
  using Source = Pack<float, 4>[16][halo_side * halo_packs + 1];
  using Gradient = Pack<float, 4>[16][tile_side * 2 + 1];
  NORMA_SHARED(Source, source);
  NORMA_SHARED(Gradient, gradient);
  const int t = static_cast<int>(threadIdx.x), my_c = t % 16, my_k = t / 16 * 2;
  const int first_c = static_cast<int>(blockIdx.x) * 16, first_k = static_cast<int>(blockIdx.y) * 16;
  const int tiles_w = (a.out_w + tile_side - 1) / tile_side, tiles_h = (a.out_h + tile_side - 1) / tile_side;
  const int begin = static_cast<int>(blockIdx.z) * length, end = min(tiles, begin + length);

  float sum[2][9] = {}, total[2] = {};
  for (int tile = begin; tile < end; ++tile) {
    // a tile of dy, and of x with its halo
    const TilePlace place(tile, tiles_h, tiles_w);
    for (int at = t; at < 16 * halo_side * halo_side; at += 128) {
      const int column = at % halo_side, line = at / halo_side % halo_side, c = at / (halo_side * halo_side);
      source[c][line * halo_packs + column / 4].lane[column % 4] =
          pixel_or_zero(a.x, place.n, a.c, first_c + c, a.h, a.w, place.row + line - a.pad_h,
                        place.column + column - a.pad_w);
    }
    for (int at = t; at < 16 * tile_side * tile_side; at += 128) {
      const int column = at % tile_side, line = at / tile_side % tile_side, k = at / (tile_side * tile_side);
      gradient[k][line * 2 + column / 4].lane[column % 4] = pixel_or_zero(
          a.dy, place.n, a.k, first_k + k, a.out_h, a.out_w, place.row + line, place.column + column);
    }
    __syncthreads();

    // multiply
    Pack<float, 4> dy[2][3][2];  // rows of dy, two k; row i lies at i % 3
#pragma unroll
    for (int line = 0; line < halo_side; ++line) {
      Pack<float, 4> x[halo_packs];
#pragma unroll
      for (int q = 0; q < halo_packs; ++q) x[q] = source[my_c][line * halo_packs + q];
#pragma unroll
      for (int k = 0; k < 2; ++k) {
        if (line < tile_side)
#pragma unroll
          for (int q = 0; q < 2; ++q) {
            const Pack<float, 4> pack = dy[k][line % 3][q] = gradient[my_k + k][line * 2 + q];
            total[k] += (pack.lane[0] + pack.lane[1]) + (pack.lane[2] + pack.lane[3]);
          }
#pragma unroll
        for (int u = 0; u < 3; ++u)
          if (const int i = line - u; i >= 0 && i < tile_side)
#pragma unroll
            for (int v = 0; v < 3; ++v)
#pragma unroll
              for (int j = 0; j < tile_side; ++j)
                sum[k][3 * u + v] += dy[k][i % 3][j / 4].lane[j % 4] * x[(j + v) / 4].lane[(j + v) % 4];
      }
    }
    __syncthreads();  // before the next tile
  }

  // store
#pragma unroll
  for (int k = 0; k < 2; ++k) {
    const int out = first_k + my_k + k, c = first_c + my_c;
    if (out >= a.k || c >= a.c) continue;
#pragma unroll
    for (int tap = 0; tap < 9; ++tap) store(out, c * 9 + tap, sum[k][tap]);
    if (c == 0) store(out, a.c * 9, total[k]);
  }
}

inline void weight_gradient(const WeightGradient3x3& a, const StoreGradients<float>& store) {
  const int tiles = a.images * static_cast<int>(divide_up(a.out_h, tile_side) * divide_up(a.out_w, tile_side));
  const unsigned c_blocks = static_cast<unsigned>(divide_up(a.c, 16)), k_blocks = static_cast<unsigned>(divide_up(a.k, 16));
  const int wanted = std::clamp(std::min<int>(1024 / static_cast<int>(c_blocks * k_blocks), tiles / 4), 1, 512);
  const int length = static_cast<int>(divide_up(tiles, wanted)), slices = static_cast<int>(divide_up(tiles, length));
  const int lines = a.c * 9 + 1;  // taps, and the sum of dy
  const DeviceScratch<float> partial(static_cast<long long>(slices) * a.k * lines);
  const dim3 grid(c_blocks, k_blocks, static_cast<unsigned>(slices));
  launch(weight_gradient_3x3<StoreSlice<float>>, {.grid = grid, .block = 128}, a, tiles, length,
         StoreSlice<float>{partial.data(), a.k, lines});
  launch(sum_slices<float, StoreGradients<float>>,
         {.grid = blocks_for(static_cast<long long>(a.k) * lines), .block = block_threads}, slices, a.k, lines,
         partial.data(), store);
}

}  // namespace norma::NORMA_EXECUTOR
