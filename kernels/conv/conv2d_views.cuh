// A convolution as a matrix product, without the matrix: what im2col would write to memory is computed by
// views (kernels/cuda/matmul.cuh) when it is read ("implicit GEMM").
//
//   pixel  p = (n·H + i)·W + j          tap  t = (c·kernel_h + u)·kernel_w + v
//
//                   lines           depth                              lines       depth
//   forward         weight: k   ·   taps of x       Patches            pixels of y  taps
//   backward data   weight: c   ·   taps of dy      FlippedPatches     pixels of x  taps of dy
//   backward weight dy: k       ·   pixels of y     Patches, turned    taps         pixels of y
#pragma once

#include "kernels/conv/conv2d.h"
#include "kernels/cuda/matmul.cuh"

namespace norma::NORMA_EXECUTOR {

/// A number in the 32 bits that a GPU divides quickly. Throws if it needs more.
inline int in_32_bits(std::int64_t number) {
  if (number > INT32_MAX) fail("a convolution on this device takes sizes below 2^31, not {}", number);
  return static_cast<int>(number);
}

/// Conv2dShape in 32 bits; c and k are those of one group.
struct Geometry {
  int n, c, h, w, k, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, out_h,
      out_w;
  int groups, x_channels, y_channels, x_planes, y_planes;  ///< of all groups
  explicit Geometry(const Conv2dShape& s)
      : n(in_32_bits(s.n)),
        c(in_32_bits(s.c / s.groups)),
        h(in_32_bits(s.h)),
        w(in_32_bits(s.w)),
        k(in_32_bits(s.k / s.groups)),
        kernel_h(in_32_bits(s.kernel_h)),
        kernel_w(in_32_bits(s.kernel_w)),
        stride_h(in_32_bits(s.stride_h)),
        stride_w(in_32_bits(s.stride_w)),
        pad_h(in_32_bits(s.pad_h)),
        pad_w(in_32_bits(s.pad_w)),
        dilation_h(in_32_bits(s.dilation_h)),
        dilation_w(in_32_bits(s.dilation_w)),
        out_h(in_32_bits(s.out_h())),
        out_w(in_32_bits(s.out_w())),
        groups(in_32_bits(s.groups)),
        x_channels(in_32_bits(s.c)),
        y_channels(in_32_bits(s.k)),
        x_planes(in_32_bits(s.n * s.c)),
        y_planes(in_32_bits(s.n * s.k)) {}

  /// What tap (u, v) of the output (i, j) reads, perhaps outside of x.
  __device__ int row_of(int i, int u) const { return i * stride_h + u * dilation_h - pad_h; }
  __device__ int column_of(int j, int v) const { return j * stride_w + v * dilation_w - pad_w; }
  /// The output whose tap (u, v) reads this row and column of x; negative if none does.
  __device__ int output_row(int row, int u) const {
    return output_at(row + pad_h - u * dilation_h, stride_h, out_h);
  }
  __device__ int output_column(int column, int v) const {
    return output_at(column + pad_w - v * dilation_w, stride_w, out_w);
  }

 private:
  __device__ static int output_at(int place, int stride, int outputs) {
    const int output = place / stride;
    return place >= 0 && output * stride == place && output < outputs ? output : -1;
  }
};

/// Images [N, channels, plane] as a matrix: one line per channel, with the pixels of all images. Turned: one
/// line per pixel, with its channels.
template <class T, bool Turned>
struct Planes {
  static constexpr bool along_k = !Turned;
  const T* data;
  int channels, plane;
  __device__ Element<T> operator()(int line, int k) const {
    const int channel = Turned ? k : line, pixel = Turned ? line : k;
    const int n = pixel / plane;
    return {data + (static_cast<long long>(n) * channels + channel) * plane + (pixel - n * plane), true};
  }
};

/// What tap t of output pixel p reads from x, zero outside. One line per pixel; turned, one line per tap.
template <class T, bool Turned>
struct Patches {
  static constexpr bool along_k = Turned;
  Geometry g;
  const T* x;
  __device__ Element<T> operator()(int line, int k) const {
    const int p = Turned ? k : line, t = Turned ? line : k;
    const int j = p % g.out_w, row = p / g.out_w, i = row % g.out_h, n = row / g.out_h;
    const int v = t % g.kernel_w, rest = t / g.kernel_w, u = rest % g.kernel_h, c = rest / g.kernel_h;
    const int y_at = g.row_of(i, u), x_at = g.column_of(j, v);
    const int near_y = min(max(y_at, 0), g.h - 1), near_x = min(max(x_at, 0), g.w - 1);
    return {x + ((static_cast<long long>(n) * g.x_channels + c) * g.h + near_y) * g.w + near_x,
            y_at == near_y && x_at == near_x};
  }
};

/// What tap t = (k, u, v) of dy adds to pixel p of x: that of the output (i, j) whose tap reads the pixel, if
/// it exists. One line per pixel.
template <class T>
struct FlippedPatches {
  static constexpr bool along_k = false;
  Geometry g;
  const T* dy;
  __device__ Element<T> operator()(int p, int t) const {
    const int column = p % g.w, rest = p / g.w, row = rest % g.h, n = rest / g.h;
    const int v = t % g.kernel_w, above = t / g.kernel_w, u = above % g.kernel_h, k = above / g.kernel_h;
    const int i = g.output_row(row, u), j = g.output_column(column, v);
    return {dy + ((static_cast<long long>(n) * g.y_channels + k) * g.out_h + max(i, 0)) * g.out_w + max(j, 0),
            i >= 0 && j >= 0};
  }
};

/// weight[k, c, u, v] with one line per c, along it (k, u, v).
template <class T>
struct WeightByInput {
  static constexpr bool along_k = true;
  const T* weight;
  int c, window;
  __device__ Element<T> operator()(int line, int t) const {
    const int k = t / window;
    return {weight + (static_cast<long long>(k) * c + line) * window + (t - k * window), true};
  }
};

// ── Where results go ───────────────────────────────────────────────────────────────────────────────────────

/// Element (channel, pixel) into images [N, channels, plane], plus bias[channel].
template <class T>
struct StoreImages {
  T* data;
  int channels, plane;
  const T* bias;
  __device__ void operator()(int channel, int pixel, acc_t<T> sum) const {
    const int n = pixel / plane;
    data[(static_cast<long long>(n) * channels + channel) * plane + (pixel - n * plane)] =
        static_cast<T>(sum + (bias != nullptr ? bias[channel] : T{0}));
  }
};

/// Element (k, tap) goes into dweight, and the one after the last tap into dbias, unless that is nullptr.
template <class T>
struct StoreGradients {
  T *dweight, *dbias;
  int taps;
  __device__ void operator()(int k, int t, acc_t<T> sum) const {
    if (t < taps)
      dweight[static_cast<long long>(k) * taps + t] = static_cast<T>(sum);
    else if (dbias != nullptr)
      dbias[k] = static_cast<T>(sum);
  }
};

}  // namespace norma::NORMA_EXECUTOR
