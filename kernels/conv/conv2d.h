// 2-D convolution (cross-correlation, as every deep-learning library has it).
//
//   y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight[k, c, u, v] · x[n, c, i·stride + u − pad, j·stride + v − pad]
//
// with zeros outside of x. Backward, with dy of y's shape:
//
//   dx[n, c, h, w]      = Σ weight[k, c, u, v] · dy[n, k, i, j]  over all (k, u, v, i, j) that read this x
//   dweight[k, c, u, v] = Σ_{n,i,j} dy[n, k, i, j] · x[n, c, i·stride + u − pad, j·stride + v − pad]
//   dbias[k]            = Σ_{n,i,j} dy[n, k, i, j]
//
// Both factors of every product are rounded to the precision first; sums, the bias and dbias are not.
#pragma once

#include <cstdint>

#include "core/precision.h"
#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

struct Conv2dShape {
  std::int64_t n, c, h, w;  ///< x is [N, C, H, W]
  std::int64_t k;           ///< output channels: weight is [K, C, kernel_h, kernel_w]
  std::int64_t kernel_h, kernel_w;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_h = 0, pad_w = 0;

  /// y is [N, K, out_h, out_w].
  std::int64_t out_h() const { return (h + 2 * pad_h - kernel_h) / stride_h + 1; }
  std::int64_t out_w() const { return (w + 2 * pad_w - kernel_w) / stride_w + 1; }

  /// Elements of x, y and weight.
  std::int64_t x_size() const { return n * c * h * w; }
  std::int64_t y_size() const { return n * k * out_h() * out_w(); }
  std::int64_t weight_size() const { return k * c * kernel_h * kernel_w; }
};

/// The same for all directions: x, y and weight once, and a multiplication and an addition per tap.
template <class T>
Cost convolution_cost(const Conv2dShape& s) {
  return {cost_of_numbers<T>(s.x_size() + s.y_size() + s.weight_size()).bytes,
          2 * static_cast<double>(s.y_size() * s.c * s.kernel_h * s.kernel_w)};
}

template <class T>
struct Conv2dForward {
  Conv2dShape s;
  const T* x;
  const T* weight;
  const T* bias;  ///< [K] or nullptr
  T* y;
  Precision precision = Precision::exact;

  Cost cost() const { return convolution_cost<T>(s); }
};

template <class T>
struct Conv2dBackwardData {
  Conv2dShape s;
  const T* dy;
  const T* weight;
  T* dx;
  Precision precision = Precision::exact;

  Cost cost() const { return convolution_cost<T>(s); }
};

template <class T>
struct Conv2dBackwardWeight {
  Conv2dShape s;
  const T* dy;
  const T* x;
  T* dweight;
  T* dbias;  ///< [K] or nullptr
  Precision precision = Precision::exact;

  Cost cost() const { return convolution_cost<T>(s); }
};

NORMA_DECLARE(conv2d_forward, Conv2dForward)
NORMA_DECLARE(conv2d_backward_data, Conv2dBackwardData)
NORMA_DECLARE(conv2d_backward_weight, Conv2dBackwardWeight)

}  // namespace norma
