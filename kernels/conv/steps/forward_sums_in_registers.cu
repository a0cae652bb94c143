// forward_sums_in_registers: a thread computes four pixels in a row, not one, in eight channels.
//
// MATH     y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight[k, c, u, v]·x[n, c, i + u − pad_h, j + v − pad_w]
// MAPPING  a block of 128 threads: 32 channels of y on two tiles of 8 × 8 pixels; a thread: 8 channels of
//          four pixels in a row. Six numbers of x serve three taps, and so does each weight four pixels:
//
//            x   │ 0 1 2 3 4 5 │          tap 0   0 1 2 3
//                                         tap 1     1 2 3 4      2 + 6 loads of 16 bytes from shared memory
//                                         tap 2       2 3 4 5    for 8 · 4 · 3 = 96 multiply-adds
//
// MEMORY   x 1.6 times for every 32 channels, the weight once per block. Each load from global memory is
//          waited for before the next one begins
// NUMERICS float, in the order of c, u, v
#include "kernels/conv/steps/correlation.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

__global__ void __launch_bounds__(steps::tile_threads, 4)
    correlate_in_registers(Correlation3x3 a, bool wide) {
  NORMA_SHARED(SourceTile[steps::tiles], source);
  NORMA_SHARED(WeightTile<steps::groups>, weight);
  const TileThread<steps::groups> mine;
  const int first_tile = static_cast<int>(blockIdx.x) * steps::tiles,
            first_k = static_cast<int>(blockIdx.y) * 32;

  float sum[8][4] = {};
  for (int first_c = 0; first_c < a.in.c; first_c += tile_channels) {
    steps::bring_one_by_one(a, first_tile, first_k, first_c, source, weight);
    __syncthreads();
    multiply_tile(source[mine.tile], weight, mine, sum);
    __syncthreads();  // before the next channels
  }
  store_tile(a, first_tile, first_k, mine, sum, wide);
}

}  // namespace

void forward_sums_in_registers(const Conv2dForward<float>& a) {
  steps::launch_tiles(correlate_in_registers, a);
}

}  // namespace norma::NORMA_EXECUTOR
