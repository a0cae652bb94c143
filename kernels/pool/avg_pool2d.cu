// Average pooling on a GPU, by gathering as max pooling does: no atomics.
//
// MAPPING  one warp per plane, lanes side by side: along y forward, along x backward (max_pool2d.cu has the
//          picture)
// MEMORY   the source once by way of the caches (windows that overlap share it), the result written
// NUMERICS sums and quotients in T; backward adds in the outputs' row-major order
// COST     of 2 × 2 windows: x 1.00 ×, 8 sectors per read where 4 would do; dy 1.00 ×, sectors the fewest
#include "kernels/pool/avg_pool2d.h"

#include "kernels/cuda/grid.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) avg_pool2d_forward_warp_per_plane(AvgPool2dForward<T> a) {
  const PoolShape& s = a.s;
  const int out_w = static_cast<int>(s.out_w()), outputs = static_cast<int>(s.out_h()) * out_w;
  for (long long plane = warp_in_grid(); plane < s.planes; plane += warps_in_grid())
    for (int o = lane_in_warp(); o < outputs; o += 32) {
      const PoolWindow window(s, o / out_w, o % out_w);
      acc_t<T> sum = 0;
      for (long long row = window.top; row < window.bottom; ++row)
        for (long long column = window.left; column < window.right; ++column)
          sum += a.x[(plane * s.h + row) * s.w + column];
      a.y[plane * outputs + o] =
          static_cast<T>(sum / static_cast<acc_t<T>>(divisor(window, a.count_include_pad)));
    }
}

template <class T>
__global__ void __launch_bounds__(block_threads) avg_pool2d_backward_warp_per_plane(AvgPool2dBackward<T> a) {
  const PoolShape& s = a.s;
  const long long out_h = s.out_h(), out_w = s.out_w();
  const int w = static_cast<int>(s.w), inputs = static_cast<int>(s.h) * w;
  for (long long plane = warp_in_grid(); plane < s.planes; plane += warps_in_grid())
    for (int at = lane_in_warp(); at < inputs; at += 32) {
      const PoolOutputs rows(at / w, s.kernel_h, s.stride_h, s.pad_h, out_h);
      const PoolOutputs columns(at % w, s.kernel_w, s.stride_w, s.pad_w, out_w);
      acc_t<T> sum = 0;
      for (int i = static_cast<int>(rows.first); i < rows.last; ++i)
        for (int j = static_cast<int>(columns.first); j < columns.last; ++j)
          sum += a.dy[(plane * out_h + i) * out_w + j] /
                 static_cast<acc_t<T>>(divisor(PoolWindow(s, i, j), a.count_include_pad));
      a.dx[plane * inputs + at] = static_cast<T>(sum);
    }
}

}  // namespace

template <class T>
void avg_pool2d_forward(const AvgPool2dForward<T>& a) {
  launch(avg_pool2d_forward_warp_per_plane<T>, {.grid = blocks_for_warps(a.s.planes), .block = block_threads},
         a);
}

template <class T>
void avg_pool2d_backward(const AvgPool2dBackward<T>& a) {
  launch(avg_pool2d_backward_warp_per_plane<T>,
         {.grid = blocks_for_warps(a.s.planes), .block = block_threads}, a);
}

NORMA_INSTANTIATE(avg_pool2d_forward, AvgPool2dForward)
NORMA_INSTANTIATE(avg_pool2d_backward, AvgPool2dBackward)

}  // namespace norma::NORMA_EXECUTOR
