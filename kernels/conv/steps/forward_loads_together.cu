// forward_loads_together: a thread begins up to eight loads from global memory before it stores the first.
//
// MATH     y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight[k, c, u, v]·x[n, c, i + u − pad_h, j + v − pad_w]
// MAPPING  a block of 128 threads: 32 channels of y on two tiles of 8 × 8 pixels; a thread: 8 channels of
//          four pixels in a row. What changes is the order in which it brings the tiles:
//
//            load 0 ─────────▶ store 0                       load 0 ─────────▶ store 0
//                                      load 1 ─────────▶ …   load 1 ─────────▶ store 1
//            one at a time: hundreds of cycles each          load 2 ─────────▶ store 2     together
//
// MEMORY   x 1.6 times for every 32 channels, the weight once per block
// NUMERICS float, in the order of c, u, v
// REQUIRES the loads have no branch around them. So that a compiler makes none, what is outside is read at
//          an address that is inside, and replaced by zero afterwards
#include "kernels/conv/steps/correlation.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

/// A number that is read in any case: a compiler makes a plain load of a number that may not be needed
/// conditional, and waits for it behind the branch.
__device__ __forceinline__ float load_always(const float* address) {
#ifdef __CUDACC__
  float value;
  asm volatile("ld.global.nc.f32 %0, [%1];" : "=f"(value) : "l"(address));
  return value;
#else
  return *address;
#endif
}

/// Stores store(at, load(at)) for at = 0 … Count − 1; the last load may be repeated.
template <int Count, class Load, class Store>
__device__ __forceinline__ void load_together(const Load& load, const Store& store) {
  constexpr int threads = steps::tile_threads, rounds = (Count + threads - 1) / threads, together = 8;
#pragma unroll
  for (int first = 0; first < rounds; first += together) {
    float values[together] = {};
#pragma unroll
    for (int b = 0; b < together; ++b) {
      if (first + b >= rounds) break;
      const int at = (first + b) * threads + static_cast<int>(threadIdx.x);
      const bool full = (first + b + 1) * threads <= Count;  // a constant: only the last round may not be
      values[b] = load(full ? at : min(at, Count - 1));
    }
#pragma unroll
    for (int b = 0; b < together; ++b) {
      if (first + b >= rounds) break;
      const int at = (first + b) * threads + static_cast<int>(threadIdx.x);
      const bool full = (first + b + 1) * threads <= Count;
      if (full || at < Count) store(at, values[b]);
    }
  }
}

__global__ void __launch_bounds__(steps::tile_threads, 4) correlate_together(Correlation3x3 a, bool wide) {
  NORMA_SHARED(SourceTile[steps::tiles], source);
  NORMA_SHARED(WeightTile<steps::groups>, weight);
  const TileThread<steps::groups> mine;
  const int first_tile = static_cast<int>(blockIdx.x) * steps::tiles,
            first_k = static_cast<int>(blockIdx.y) * 32;

  float sum[8][4] = {};
  for (int first_c = 0; first_c < a.in.c; first_c += tile_channels) {
#pragma unroll 1  // registers are for the sums
    for (int tile = 0; tile < steps::tiles; ++tile) {
      const TilePlace place(first_tile + tile, a.out);
      const int n = min(place.n, a.images - 1);
      load_together<steps::source_numbers>(
          [&](int at) {
            const int j = at % halo_side, i = at / halo_side % halo_side, c = at / (halo_side * halo_side);
            const int row_of_x = place.row - a.pad_h + i, column_of_x = place.column - a.pad_w + j;
            const int near_c = min(first_c + c, a.in.c - 1), near_i = min(max(row_of_x, 0), a.in.h - 1),
                      near_j = min(max(column_of_x, 0), a.in.w - 1);
            const float near = load_always(
                a.x + ((static_cast<long long>(n) * a.in.c + near_c) * a.in.h + near_i) * a.in.w + near_j);
            const bool inside = (n == place.n) & (first_c + c == near_c) & (row_of_x == near_i) &
                                (column_of_x == near_j);  // && would be branches
            return inside ? near : 0.0f;
          },
          [&](int at, float value) { steps::put_source(source[tile], at, value); });
    }
    load_together<steps::weight_numbers>(
        [&](int at) {
          const int tap = at % 9, c = first_c + at / 9 % tile_channels,
                    k = first_k + at / (9 * tile_channels);
          const int near_k = min(k, a.out.c - 1), near_c = min(c, a.in.c - 1);
          const float near = load_always(a.weight.at(near_k, near_c, tap));
          const bool inside = (k == near_k) & (c == near_c);
          return inside ? near : 0.0f;
        },
        [&](int at, float value) { steps::put_weight(weight, at, value); });
    __syncthreads();
    multiply_tile(source[mine.tile], weight, mine, sum);
    __syncthreads();  // before the next channels
  }
  store_tile(a, first_tile, first_k, mine, sum, wide);
}

}  // namespace

void forward_loads_together(const Conv2dForward<float>& a) { steps::launch_tiles(correlate_together, a); }

}  // namespace norma::NORMA_EXECUTOR
