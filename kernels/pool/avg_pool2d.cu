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
__global__ void __launch_bounds__(block_threads)
    avg_pool2d_forward_warp_per_plane(AvgPool2dForward<T> a, BasicPoolShape<int> s) {
  const int out_w = s.out_w(), outputs = s.out_h() * out_w;
  for (long long plane = warp_in_grid(); plane < s.planes; plane += warps_in_grid()) {
    const T* const x = a.x + plane * (s.h * s.w);
    for (int o = lane_in_warp(); o < outputs; o += 32) {
      const PoolWindow window(s, o / out_w, o % out_w);
      acc_t<T> sum = 0;
      for (int row = window.top; row < window.bottom; ++row)
        for (int column = window.left; column < window.right; ++column) sum += x[row * s.w + column];
      a.y[plane * outputs + o] = static_cast<T>(sum / divisor<acc_t<T>>(window, a.count_include_pad));
    }
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    avg_pool2d_backward_warp_per_plane(AvgPool2dBackward<T> a, BasicPoolShape<int> s) {
  const int out_h = s.out_h(), out_w = s.out_w(), inputs = s.h * s.w;
  for (long long plane = warp_in_grid(); plane < s.planes; plane += warps_in_grid()) {
    const T* const dy = a.dy + plane * (out_h * out_w);
    for (int at = lane_in_warp(); at < inputs; at += 32) {
      const PoolOutputs rows(at / s.w, s.kernel_h, s.stride_h, s.pad_h, out_h);
      const PoolOutputs columns(at % s.w, s.kernel_w, s.stride_w, s.pad_w, out_w);
      acc_t<T> sum = 0;
      for (int i = rows.first; i < rows.last; ++i)
        for (int j = columns.first; j < columns.last; ++j)
          sum += dy[i * out_w + j] / divisor<acc_t<T>>(PoolWindow(s, i, j), a.count_include_pad);
      a.dx[plane * inputs + at] = static_cast<T>(sum);
    }
  }
}

}  // namespace

template <class T>
void avg_pool2d_forward(const AvgPool2dForward<T>& a) {
  launch(avg_pool2d_forward_warp_per_plane<T>, {.grid = blocks_for_warps(a.s.planes), .block = block_threads},
         a, small(a.s));
}

template <class T>
void avg_pool2d_backward(const AvgPool2dBackward<T>& a) {
  launch(avg_pool2d_backward_warp_per_plane<T>,
         {.grid = blocks_for_warps(a.s.planes), .block = block_threads}, a, small(a.s));
}

NORMA_INSTANTIATE(avg_pool2d_forward, AvgPool2dForward)
NORMA_INSTANTIATE(avg_pool2d_backward, AvgPool2dBackward)

}  // namespace norma::NORMA_EXECUTOR
