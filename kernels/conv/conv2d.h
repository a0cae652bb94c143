// 2-D convolution (cross-correlation, as every deep-learning library has it).
//
//   y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight[k, c, u, v] · x[n, c, row, column]
//
//   row = i·stride + u·dilation − pad        column = j·stride + v·dilation − pad
//
// with zeros outside of x. Backward, with dy of y's shape:
//
//   dx[n, c, h, w]      = Σ weight[k, c, u, v] · dy[n, k, i, j]  over all (k, u, v, i, j) that read this x
//   dweight[k, c, u, v] = Σ_{n,i,j} dy[n, k, i, j] · x[n, c, row, column]
//   dbias[k]            = Σ_{n,i,j} dy[n, k, i, j]
//
// Groups cut the channels of x and of y into as many equal parts, and part g of y reads part g of x alone: c
// is then a channel within the part. With a channel of x per group the convolution is depthwise.
//
//   2 groups      x  c0 c1 │ c2 c3        weight [K, C / 2, …]
//                    ╲ ╱   │  ╲ ╱
//                 y  k0 k1 │ k2 k3
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
  std::int64_t k;           ///< output channels: weight is [K, C / groups, kernel_h, kernel_w]
  std::int64_t kernel_h, kernel_w;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_h = 0, pad_w = 0;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t groups = 1;  ///< divides c and k

  /// What a kernel covers of x.
  std::int64_t window_h() const { return (kernel_h - 1) * dilation_h + 1; }
  std::int64_t window_w() const { return (kernel_w - 1) * dilation_w + 1; }
  /// y is [N, K, out_h, out_w].
  std::int64_t out_h() const { return (h + 2 * pad_h - window_h()) / stride_h + 1; }
  std::int64_t out_w() const { return (w + 2 * pad_w - window_w()) / stride_w + 1; }

  bool depthwise() const { return groups > 1 && groups == c; }
  std::int64_t taps() const { return c / groups * kernel_h * kernel_w; }  ///< of an output channel
  /// The convolution of one group.
  Conv2dShape of_group() const {
    Conv2dShape s = *this;
    s.c /= groups, s.k /= groups, s.groups = 1;
    return s;
  }

  /// Elements of x, y and weight.
  std::int64_t x_size() const { return n * c * h * w; }
  std::int64_t y_size() const { return n * k * out_h() * out_w(); }
  std::int64_t weight_size() const { return k * taps(); }
};

/// The same for all directions: x, y and weight once, and a multiplication and an addition per tap.
template <class T>
Cost convolution_cost(const Conv2dShape& s) {
  return {cost_of_numbers<T>(s.x_size() + s.y_size() + s.weight_size()).bytes,
          2 * static_cast<double>(s.y_size() * s.taps())};
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
