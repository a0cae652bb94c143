// What all steps but production share: the arguments, and how a thread brings tiles to shared memory.
#pragma once

#include "core/error.h"
#include "kernels/conv/conv2d_tile.cuh"
#include "kernels/conv/steps/steps.h"

namespace norma::NORMA_EXECUTOR::steps {

inline constexpr int groups = 4;          ///< of eight output channels, in a block
inline constexpr int tiles = 8 / groups;  ///< of 8 × 8 pixels, in a block
inline constexpr int tile_threads = 128;

inline Correlation3x3 correlation_of_step(const Conv2dForward<float>& a) {
  const Conv2dShape& s = a.s;
  const bool three_by_three = s.kernel_h == 3 && s.kernel_w == 3 && s.dilation_h == 1 && s.dilation_w == 1;
  if (!three_by_three || s.stride_h != 1 || s.stride_w != 1 || s.groups != 1 || s.pad_h > 2 || s.pad_w > 2)
    fail(
        "a step of the convolution takes 3×3 taps, stride and dilation 1, one group and a padding of at most "
        "2");
  return correlation_of(a);
}

/// Launches a kernel with a block for every 32 channels of two tiles. If it takes a second argument, that
/// says whether it may store 16 bytes per access.
template <class... Wide>
void launch_tiles(void (*kernel)(Correlation3x3, Wide...), const Conv2dForward<float>& a) {
  const Correlation3x3 c = correlation_of_step(a);
  if (c.images == 0 || c.out.c == 0) return;
  const long long all = static_cast<long long>(c.images) * c.out.tiles_h() * c.out.tiles_w();
  const dim3 grid(static_cast<unsigned>(divide_up(all, tiles)),
                  static_cast<unsigned>(divide_up(c.out.c, 8 * groups)));
  launch(kernel, {.grid = grid, .block = tile_threads}, c, Wide{access_width<float>(c.out.w, c.y) == 4}...);
}

/// x at element `at` = (channel, row, column) of a tile with its halo, from channel `first_c` on; 0 outside.
__device__ __forceinline__ float source_at(const Correlation3x3& a, const TilePlace& place, int first_c,
                                           int at) {
  const int column = at % halo_side, row = at / halo_side % halo_side, c = at / (halo_side * halo_side);
  const int i = place.row - a.pad_h + row, j = place.column - a.pad_w + column;
  const bool exists = place.n < a.images && i >= 0 && i < a.in.h && j >= 0 && j < a.in.w;
  if (!exists || first_c + c >= a.in.c) return 0;
  return a.x[((static_cast<long long>(place.n) * a.in.c + first_c + c) * a.in.h + i) * a.in.w + j];
}
__device__ __forceinline__ void put_source(SourceTile& tile, int at, float value) {
  const int column = at % halo_side, row = at / halo_side % halo_side, c = at / (halo_side * halo_side);
  tile[c][row][column / 4].at[column % 4] = value;
}
inline constexpr int source_numbers = tile_channels * halo_side * halo_side;

/// The weight at element `at` = (k, channel, tap), from `first_k` and `first_c` on; 0 outside.
__device__ __forceinline__ float weight_at(const Correlation3x3& a, int first_k, int first_c, int at) {
  const int tap = at % 9, c = at / 9 % tile_channels, k = at / (9 * tile_channels);
  return first_k + k < a.out.c && first_c + c < a.in.c ? *a.weight.at(first_k + k, first_c + c, tap) : 0.0f;
}
__device__ __forceinline__ void put_weight(WeightTile<groups>& tile, int at, float value) {
  const int tap = at % 9, c = at / 9 % tile_channels, k = at / (9 * tile_channels);
  tile[c][tap][k / 4].at[k % 4] = value;
}
inline constexpr int weight_numbers = 8 * groups * tile_channels * 9;

/// Brings four channels of all tiles, and of the weight. Each load is waited for before the next one begins.
__device__ __forceinline__ void bring_one_by_one(const Correlation3x3& a, int first_tile, int first_k,
                                                 int first_c, SourceTile (&source)[tiles],
                                                 WeightTile<groups>& weight) {
  const int t = static_cast<int>(threadIdx.x);
  for (int tile = 0; tile < tiles; ++tile) {
    const TilePlace place(first_tile + tile, a.out);
    for (int at = t; at < source_numbers; at += tile_threads)
      put_source(source[tile], at, source_at(a, place, first_c, at));
  }
  for (int at = t; at < weight_numbers; at += tile_threads)
    put_weight(weight, at, weight_at(a, first_k, first_c, at));
}

}  // namespace norma::NORMA_EXECUTOR::steps
