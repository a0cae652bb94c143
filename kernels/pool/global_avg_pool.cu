// Global average pooling on a GPU.
//
// MATH     y[plane] = Σ x/(H·W); dx = dy/(H·W) all over the plane
// MAPPING  one warp per plane
//
//            x   │ plane 0 ───────────────── │ plane 1 ───────── │ …
//                  warp 0                      warp 1
//           lane   0 1 2 … 31 0 1 2 … 31 …     0 1 2 …               W = 4: `0` stands for elements 0 … 3
//
// MEMORY   forward reads x once, backward writes dx once, 16 bytes per access (W = 4 floats)
//          where planes allow
// NUMERICS forward: W·32 sums in T, added by butterfly; the order depends on H·W and alignment alone
// REQUIRES W > 1: H·W a multiple of W and the array 16-byte aligned; whole warps reach warp_sum
// COST     x 1.00 × or dx 1.00 ×, sectors the fewest; 5 shuffles per thread forward
#include "kernels/pool/global_avg_pool.h"

#include "kernels/cuda/pack.cuh"
#include "kernels/cuda/team.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <int W, class T>
__global__ void __launch_bounds__(block_threads, 4) plane_means(GlobalAvgPoolForward<T> a) {
  for (long long plane = warp_in_grid(); plane < a.planes; plane += warps_in_grid()) {
    const T* const x = a.x + plane * a.hw;
    acc_t<T> sum = 0;
    for (long long i = W * lane_in_warp(); i < a.hw; i += 32 * W) {
      const Pack<T, W> pack = load_pack<W>(x + i);
#pragma unroll
      for (int k = 0; k < W; ++k) sum += pack.at[k];
    }
    sum = warp_sum(sum);
    if (lane_in_warp() == 0) a.y[plane] = static_cast<T>(sum / static_cast<acc_t<T>>(a.hw));
  }
}

template <int W, class T>
__global__ void __launch_bounds__(block_threads) spread_over_planes(GlobalAvgPoolBackward<T> a) {
  for (long long plane = warp_in_grid(); plane < a.planes; plane += warps_in_grid()) {
    const T share = static_cast<T>(a.dy[plane] / static_cast<acc_t<T>>(a.hw));
    Pack<T, W> pack;
#pragma unroll
    for (int k = 0; k < W; ++k) pack.at[k] = share;
    for (long long i = W * lane_in_warp(); i < a.hw; i += 32 * W) store_pack(a.dx + plane * a.hw + i, pack);
  }
}

}  // namespace

template <class T>
void global_avg_pool_forward(const GlobalAvgPoolForward<T>& a) {
  with_width<T>(access_width<T>(a.hw, a.x), [&](auto w) {
    launch(plane_means<w(), T>, {.grid = blocks_for_warps(a.planes), .block = block_threads}, a);
  });
}

template <class T>
void global_avg_pool_backward(const GlobalAvgPoolBackward<T>& a) {
  with_width<T>(access_width<T>(a.hw, a.dx), [&](auto w) {
    launch(spread_over_planes<w(), T>, {.grid = blocks_for_warps(a.planes), .block = block_threads}, a);
  });
}

NORMA_INSTANTIATE(global_avg_pool_forward, GlobalAvgPoolForward)
NORMA_INSTANTIATE(global_avg_pool_backward, GlobalAvgPoolBackward)

}  // namespace norma::NORMA_EXECUTOR
