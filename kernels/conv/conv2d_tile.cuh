// Tiles of 8 × 8 pixels: what the kernel of 3×3 convolutions (conv2d_tiled.cuh) and the steps to it (steps/)
// share. A tile lies in shared memory with its surroundings (its halo), four channels at a time.
#pragma once

#include "kernels/conv/conv2d_views.cuh"

namespace norma::NORMA_EXECUTOR {

inline constexpr int tile_side = 8, halo_side = tile_side + 2;
inline constexpr int halo_packs = 3;  // a row of 10 floats and 2 of filling: rows of whole packs

/// Channels, height and width of an image.
struct Volume {
  int c, h, w;
  __host__ __device__ int tiles_h() const { return (h + tile_side - 1) / tile_side; }
  __host__ __device__ int tiles_w() const { return (w + tile_side - 1) / tile_side; }
};

/// weight[k, c, tap] in memory: the nine taps side by side, in order or, flipped, from the last to the first.
struct Weight3x3 {
  const float* data;
  int k_stride, c_stride;
  bool flipped;
  __device__ const float* at(int k, int c, int tap) const {
    return data + k * k_stride + c * c_stride + (flipped ? 8 - tap : tap);
  }
};

/// y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight(k, c, u, v)·x[n, c, i + u − pad_h, j + v − pad_w], with zeros
/// outside x. Backward data is this too, with dy for x and the weight's channels exchanged and taps flipped.
struct Correlation3x3 {
  int images;
  Volume in, out;  ///< of x and of y
  int pad_h, pad_w;
  const float* x;
  Weight3x3 weight;
  const float* bias;  ///< [K] or nullptr
  float* y;
};

/// Of a 3×3 convolution with stride 1.
inline Correlation3x3 correlation_of(const Conv2dForward<float>& a) {
  const Geometry g(a.s);
  return {.images = g.n,
          .in = {g.c, g.h, g.w},
          .out = {g.k, g.out_h, g.out_w},
          .pad_h = g.pad_h,
          .pad_w = g.pad_w,
          .x = a.x,
          .weight = {a.weight, 9 * g.c, 9, false},
          .bias = a.bias,
          .y = a.y};
}

/// Of dy, padded by 2 − pad.
inline Correlation3x3 correlation_of(const Conv2dBackwardData<float>& a) {
  const Geometry g(a.s);
  return {.images = g.n,
          .in = {g.k, g.out_h, g.out_w},
          .out = {g.c, g.h, g.w},
          .pad_h = 2 - g.pad_h,
          .pad_w = 2 - g.pad_w,
          .x = a.dy,
          .weight = {a.weight, 9, 9 * g.c, true},
          .bias = nullptr,
          .y = a.dx};
}

/// Where tile number `tile` of images lies.
struct TilePlace {
  int n, row, column;
  __device__ TilePlace(int tile, const Volume& image) {
    const int tiles_w = image.tiles_w(), tiles_h = image.tiles_h(), above = tile / tiles_w;
    column = (tile - above * tiles_w) * tile_side;
    n = above / tiles_h;
    row = (above - n * tiles_h) * tile_side;
  }
};

inline constexpr int tile_channels = 4;  // input channels that a block multiplies at a time

using SourceTile = Pack<float, 4>[tile_channels][halo_side][halo_packs];
template <int G>  // + 1: taps on their way in meet fewer conflicts
using WeightTile = Pack<float, 4>[tile_channels][9][2 * G + 1];

/// Of the 128 threads of a block with 8·G output channels and 8/G tiles: this one has eight channels of four
/// pixels in a row.
template <int G>
struct TileThread {
  int row, half, group, tile;
  __device__ TileThread() {
    const int t = static_cast<int>(threadIdx.x);
    row = t % 8, half = t / 8 % 2, group = t / 16 % G, tile = t / (16 * G);
  }
};

// Adds the products of four input channels to the sums of a thread. A row of taps of one input channel takes
// 2 + 6 loads of 16 bytes from shared memory for 96 multiply-adds.
template <int G>
__device__ __forceinline__ void multiply_tile(const SourceTile& source, const WeightTile<G>& weight,
                                              const TileThread<G>& mine, float (&sum)[8][4]) {
#pragma unroll 1
  for (int c = 0; c < tile_channels; ++c)
#pragma unroll
    for (int u = 0; u < 3; ++u) {
      const Pack<float, 4> left = source[c][mine.row + u][mine.half],
                           right = source[c][mine.row + u][mine.half + 1];
      const float x[6] = {left.at[0], left.at[1], left.at[2], left.at[3], right.at[0], right.at[1]};
#pragma unroll
      for (int v = 0; v < 3; ++v) {
        const Pack<float, 4> w[2] = {weight[c][3 * u + v][2 * mine.group],
                                     weight[c][3 * u + v][2 * mine.group + 1]};
#pragma unroll
        for (int k = 0; k < 8; ++k)
#pragma unroll
          for (int p = 0; p < 4; ++p) sum[k][p] += w[k / 4].at[k % 4] * x[p + v];
      }
    }
}

// Stores those sums in a block whose tiles and channels begin at `first_tile` and `first_k`; `wide`: 16 bytes
// per access.
template <int G>
__device__ __forceinline__ void store_tile(const Correlation3x3& a, int first_tile, int first_k,
                                           const TileThread<G>& mine, const float (&sum)[8][4], bool wide) {
  const TilePlace place(first_tile + mine.tile, a.out);
  const int i = place.row + mine.row, j = place.column + 4 * mine.half;
  if (place.n >= a.images || i >= a.out.h || j >= a.out.w) return;
#pragma unroll
  for (int n = 0; n < 8; ++n) {
    const int k = first_k + 8 * mine.group + n;
    if (k >= a.out.c) return;
    const float bias = a.bias != nullptr ? a.bias[k] : 0.0f;
    float* const y = a.y + ((static_cast<long long>(place.n) * a.out.c + k) * a.out.h + i) * a.out.w + j;
    const Pack<float, 4> pack{sum[n][0] + bias, sum[n][1] + bias, sum[n][2] + bias, sum[n][3] + bias};
    if (wide) store_pack(y, pack);
#pragma unroll
    for (int p = 0; p < 4; ++p)
      if (!wide && j + p < a.out.w) y[p] = pack.at[p];
  }
}

}  // namespace norma::NORMA_EXECUTOR
