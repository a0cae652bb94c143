// forward_tiles: a block brings what it needs to shared memory first.
//
// MATH     y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight[k, c, u, v]·x[n, c, i + u − pad_h, j + v − pad_w]
// MAPPING  a block of 128 threads: 32 channels of y on two tiles of 8 × 8 pixels; a thread: one pixel in all
//          32 channels. Four channels of x at a time lie in shared memory:
//
//            ┌──────────────────────┐
//            │ . . . . . . . . . .  │      100 pixels serve 64 outputs of 32 channels
//            │ . ┌───────────────┐ .│
//            │ . │ 8 × 8 outputs │ .│      each is read from global memory once, and from shared memory
//            │ . └───────────────┘ .│      nine times
//            │ . . . . . . . . . .  │
//            └──────────────────────┘
//
// MEMORY   x 1.6 times for every 32 channels, the weight once per block. From shared memory 1 + 8 loads for
//          32 multiply-adds: shared memory is the limit now
// NUMERICS float, in the order of c, u, v
#include "kernels/conv/steps/correlation.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

__global__ void __launch_bounds__(steps::tile_threads) correlate_tiles(Correlation3x3 a) {
  NORMA_SHARED(SourceTile[steps::tiles], source);
  NORMA_SHARED(WeightTile<steps::groups>, weight);
  const int t = static_cast<int>(threadIdx.x), column = t % 8, row = t / 8 % 8, mine = t / 64;
  const int first_tile = static_cast<int>(blockIdx.x) * steps::tiles,
            first_k = static_cast<int>(blockIdx.y) * 32;

  float sum[32] = {};
  for (int first_c = 0; first_c < a.in.c; first_c += tile_channels) {
    steps::bring_one_by_one(a, first_tile, first_k, first_c, source, weight);
    __syncthreads();

    for (int c = 0; c < tile_channels; ++c)
      for (int u = 0; u < 3; ++u)
        for (int v = 0; v < 3; ++v) {
          const float x = source[mine][c][row + u][(column + v) / 4].at[(column + v) % 4];
#pragma unroll
          for (int pack = 0; pack < 8; ++pack)
#pragma unroll
            for (int k = 0; k < 4; ++k) sum[4 * pack + k] += weight[c][3 * u + v][pack].at[k] * x;
        }
    __syncthreads();  // before the next channels
  }

  const TilePlace place(first_tile + mine, a.out);
  const int i = place.row + row, j = place.column + column;
  if (place.n >= a.images || i >= a.out.h || j >= a.out.w) return;
#pragma unroll
  for (int n = 0; n < 32; ++n)
    if (const int k = first_k + n; k < a.out.c)
      a.y[((static_cast<long long>(place.n) * a.out.c + k) * a.out.h + i) * a.out.w + j] =
          sum[n] + (a.bias != nullptr ? a.bias[k] : 0.0f);
}

}  // namespace

void forward_tiles(const Conv2dForward<float>& a) { steps::launch_tiles(correlate_tiles, a); }

}  // namespace norma::NORMA_EXECUTOR
