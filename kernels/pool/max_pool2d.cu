// Max pooling on a GPU. Both kernels gather: the thread that owns an element looks for what belongs into it,
// so that overlapping windows need no atomics.
//
// MAPPING  one warp per plane, lanes side by side: along y forward, along x backward
//
//            plane 0            plane 1           forward, 2×2 windows       backward, 3×3 windows, stride 2
//            ┌ 0 1 2 3 ┐        ┌ 0 1 2 3 ┐         lane 5 reads  · ·          lane 5 asks the outputs whose
//            │ 4 5 6 … │        │ 4 5 6 … │                       · ·          windows hold it, 1, 2 or 4:
//            └ … 31 0 1┘        └ … 31 0 1┘                                    was your maximum mine?
//              warp 0             warp 1
//
// NUMERICS forward exact; backward adds in the outputs' row-major order, as the cpu executor does
// COST     of 2 × 2 windows: x 1.00 ×, 8 sectors per read where 4 would do; dy and index
//          1.00 ×, 3.0 sectors per read where 2.1 would do
#include "kernels/pool/max_pool2d.h"

#include "kernels/cuda/grid.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

// MEMORY   x is read once by way of the caches (windows that overlap share it), y and index are written
template <class T>
__global__ void __launch_bounds__(block_threads)
    max_pool2d_forward_warp_per_plane(MaxPool2dForward<T> a, BasicPoolShape<int> s) {
  const int out_w = s.out_w(), outputs = s.out_h() * out_w;
  for (long long plane = warp_in_grid(); plane < s.planes; plane += warps_in_grid()) {
    const T* const x = a.x + plane * (s.h * s.w);
    for (int o = lane_in_warp(); o < outputs; o += 32) {
      const PoolWindow window(s, o / out_w, o % out_w);
      int best = window.top * s.w + window.left;
      T largest = -static_cast<T>(INFINITY);
      for (int row = window.top; row < window.bottom; ++row)
        for (int at = row * s.w + window.left; at < row * s.w + window.right; ++at) {
          const T v = x[at];
          const bool wins = v > largest || v != v;  // larger, or NaN
          best = wins ? at : best;
          largest = wins ? v : largest;
        }
      a.y[plane * outputs + o] = largest;
      a.index[plane * outputs + o] = best;
    }
  }
}

// MEMORY   dy and index are read once by way of the caches, dx written
template <class T>
__global__ void __launch_bounds__(block_threads)
    max_pool2d_backward_warp_per_plane(MaxPool2dBackward<T> a, BasicPoolShape<int> s) {
  const int out_h = s.out_h(), out_w = s.out_w(), inputs = s.h * s.w;
  for (long long plane = warp_in_grid(); plane < s.planes; plane += warps_in_grid()) {
    const T* const dy = a.dy + plane * (out_h * out_w);
    const std::int64_t* const index = a.index + plane * (out_h * out_w);
    for (int at = lane_in_warp(); at < inputs; at += 32) {
      const PoolOutputs rows(at / s.w, s.kernel_h, s.stride_h, s.pad_h, out_h);
      const PoolOutputs columns(at % s.w, s.kernel_w, s.stride_w, s.pad_w, out_w);
      acc_t<T> sum = 0;
      for (int i = rows.first; i < rows.last; ++i)
        for (int j = columns.first; j < columns.last; ++j)
          if (const int o = i * out_w + j; index[o] == at) sum += dy[o];
      a.dx[plane * inputs + at] = static_cast<T>(sum);
    }
  }
}

// MEMORY   index is read and y written once, coalesced; u by way of the caches
template <class T>
__global__ void __launch_bounds__(block_threads)
    max_pool2d_gather_warp_per_plane(MaxPool2dGather<T> a, BasicPoolShape<int> s) {
  const int outputs = s.out_h() * s.out_w(), inputs = s.h * s.w;
  for (long long plane = warp_in_grid(); plane < s.planes; plane += warps_in_grid())
    for (int o = lane_in_warp(); o < outputs; o += 32)
      a.y[plane * outputs + o] = a.u[plane * inputs + a.index[plane * outputs + o]];
}

}  // namespace

template <class T>
void max_pool2d_forward(const MaxPool2dForward<T>& a) {
  launch(max_pool2d_forward_warp_per_plane<T>, {.grid = blocks_for_warps(a.s.planes), .block = block_threads},
         a, small(a.s));
}

template <class T>
void max_pool2d_backward(const MaxPool2dBackward<T>& a) {
  launch(max_pool2d_backward_warp_per_plane<T>,
         {.grid = blocks_for_warps(a.s.planes), .block = block_threads}, a, small(a.s));
}

template <class T>
void max_pool2d_gather(const MaxPool2dGather<T>& a) {
  launch(max_pool2d_gather_warp_per_plane<T>, {.grid = blocks_for_warps(a.s.planes), .block = block_threads},
         a, small(a.s));
}

NORMA_INSTANTIATE(max_pool2d_forward, MaxPool2dForward)
NORMA_INSTANTIATE(max_pool2d_backward, MaxPool2dBackward)
NORMA_INSTANTIATE(max_pool2d_gather, MaxPool2dGather)

}  // namespace norma::NORMA_EXECUTOR
