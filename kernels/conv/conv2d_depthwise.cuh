// Depthwise convolution on a GPU: a channel of x per group, K / C channels of y read each. There is little to
// multiply, so these kernels are bound by memory: a thread per number, whose neighbours are in the caches.
#pragma once

#include "kernels/conv/conv2d_views.cuh"
#include "kernels/cuda/images.cuh"
#include "kernels/cuda/mma.cuh"

namespace norma::NORMA_EXECUTOR {

// MATH     y[n, k, i, j] = bias[k] + Σ_{u,v} weight[k, u, v]·x[n, k / (K / C), row, column]
// MAPPING  a warp per plane of y, lanes side by side along it
// MEMORY   y is written once; x is asked for once per tap, by neighbours at the same time: the L1 cache
//          answers all but the first
// NUMERICS in T, in the order of the taps; factors rounded to the precision
// COST     8 × 32 × 32 × 32, 3×3: x is asked for 8.6 ×, from memory 1.00 ×; 3.3 sectors per read, weights
//          included; y 1.00 ×
template <class T>
__global__ void __launch_bounds__(block_threads)
    depthwise_forward(Geometry g, Precision precision, const T* x, const T* weight, const T* bias, T* y) {
  const int outputs = g.out_h * g.out_w;
  for (long long plane = warp_in_grid(); plane < g.y_planes; plane += warps_in_grid()) {
    const int n = static_cast<int>(plane) / g.y_channels, k = static_cast<int>(plane) - n * g.y_channels;
    const T* const taps = weight + static_cast<long long>(k) * g.kernel_h * g.kernel_w;
    const T* const source = x + (static_cast<long long>(n) * g.x_channels + k / g.k) * g.h * g.w;
    const acc_t<T> begin = bias != nullptr ? bias[k] : T{0};
    for (int at = lane_in_warp(); at < outputs; at += 32) {
      const int i = at / g.out_w, j = at - i * g.out_w;
      acc_t<T> sum = begin;
      for (int u = 0; u < g.kernel_h; ++u) {
        const int row = g.row_of(i, u);
        if (row < 0 || row >= g.h) continue;
        for (int v = 0; v < g.kernel_w; ++v)
          if (const int column = g.column_of(j, v); column >= 0 && column < g.w)
            sum +=
                rounded(precision, taps[u * g.kernel_w + v]) * rounded(precision, source[row * g.w + column]);
      }
      y[plane * outputs + at] = static_cast<T>(sum);
    }
  }
}

// MATH     dx[n, c, row, column] = Σ weight[k, u, v]·dy[n, k, i, j], over the k of c and all (u, v, i, j)
//          that read it
// MAPPING  a warp per plane of dx, lanes side by side along it
// MEMORY   dx is written once; dy is asked for once per tap, mostly from the caches
// NUMERICS in T, in the order of k, then of the taps; factors rounded to the precision
// COST     the same sizes: dy as x there, dx as y
template <class T>
__global__ void __launch_bounds__(block_threads)
    depthwise_backward_data(Geometry g, Precision precision, const T* dy, const T* weight, T* dx) {
  const int inputs = g.h * g.w, outputs = g.out_h * g.out_w, window = g.kernel_h * g.kernel_w;
  for (long long plane = warp_in_grid(); plane < g.x_planes; plane += warps_in_grid()) {
    const int n = static_cast<int>(plane) / g.x_channels;
    const int first = (static_cast<int>(plane) - n * g.x_channels) * g.k;
    for (int at = lane_in_warp(); at < inputs; at += 32) {
      const int row = at / g.w, column = at - row * g.w;
      acc_t<T> sum = 0;
      for (int k = first; k < first + g.k; ++k) {
        const T* const taps = weight + static_cast<long long>(k) * window;
        const T* const from = dy + (static_cast<long long>(n) * g.y_channels + k) * outputs;
        for (int u = 0; u < g.kernel_h; ++u) {
          const int i = g.output_row(row, u);
          if (i < 0) continue;
          for (int v = 0; v < g.kernel_w; ++v)
            if (const int j = g.output_column(column, v); j >= 0)
              sum += rounded(precision, taps[u * g.kernel_w + v]) * rounded(precision, from[i * g.out_w + j]);
        }
      }
      dx[plane * inputs + at] = static_cast<T>(sum);
    }
  }
}

// MATH     dweight[k, u, v] = Σ_{n,i,j} dy[n, k, i, j]·x[n, k / (K / C), row, column]; after the last tap
//          dbias[k] = Σ dy
// MAPPING  a block per number of dweight or dbias; a warp per leaf of the images (kernels/cuda/images.cuh)
// MEMORY   a plane of dy and of x is read once per tap, mostly from the L2 cache
// NUMERICS in T per lane, then a tree; factors of dweight rounded to the precision
// REQUIRES every thread of a block reaches sum_over_leaves
// COST     the same sizes: dy 9.0 ×, x 8.6 ×, from memory 1.00 × each where L2 holds a plane; 4 sectors per
//          read
template <class T>
__global__ void __launch_bounds__(block_threads)
    depthwise_backward_weight(Geometry g, Precision precision, Leaves leaves, const T* dy, const T* x,
                              T* dweight, T* dbias) {
  const int taps = g.kernel_h * g.kernel_w, k = static_cast<int>(blockIdx.x),
            tap = static_cast<int>(blockIdx.y);
  const int u = tap / g.kernel_w, v = tap - u * g.kernel_w, plane = g.out_h * g.out_w;
  const T sum = sum_over_leaves<T, acc_t<T>>(leaves, plane, [&](long long at) -> acc_t<T> {
    const long long n = at / plane;
    const int p = static_cast<int>(at - n * plane), i = p / g.out_w, j = p - i * g.out_w;
    const T gradient = dy[(n * g.y_channels + k) * plane + p];
    if (tap == taps) return gradient;
    const int row = g.row_of(i, u), column = g.column_of(j, v);
    if (row < 0 || row >= g.h || column < 0 || column >= g.w) return 0;
    return rounded(precision, gradient) *
           rounded(precision, x[((n * g.x_channels + k / g.k) * g.h + row) * g.w + column]);
  });
  if (threadIdx.x != 0) return;
  if (tap == taps)
    dbias[k] = sum;
  else
    dweight[static_cast<long long>(k) * taps + tap] = sum;
}

}  // namespace norma::NORMA_EXECUTOR
