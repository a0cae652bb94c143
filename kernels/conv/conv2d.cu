// Convolution on a GPU: which kernels a shape runs on, and the products that serve all shapes.
//
//   pointwise   1×1, stride 1, no padding: a product of matrices that lie in memory as they are; backward
//               weight of exact factors: conv2d_pointwise.cuh
//   tiled_3x3   3×3, stride 1, padding up to 2, no dilation, float: conv2d_tiled.cuh
//   depthwise   a channel of x per group: conv2d_depthwise.cuh
//   general     the rest, group by group. Implicit GEMM: what im2col would write is computed when it is read,
//               element by element and with bounds checked (conv2d_views.cuh); with a stride s, backward data
//               multiplies s² − 1 zeros for each number
//
// The products are those of kernels/cuda/matmul.cuh. In another precision than exact they are those of
// kernels/cuda/matmul_mma.cuh, tiled_3x3 is conv2d_tiled_mma.cuh, and dbias is a product of its own.
//
// NUMERICS sums in T over C·kernel (forward), K·kernel (backward data); backward weight sums N·H·W products
//          in slices, which are added in double. The shape alone decides: the same bits on any GPU
#include "kernels/conv/conv2d.h"

#include <type_traits>

#include "kernels/conv/conv2d_depthwise.cuh"
#include "kernels/conv/conv2d_pointwise.cuh"
#include "kernels/conv/conv2d_tiled.cuh"
#include "kernels/conv/conv2d_tiled_mma.cuh"
#include "kernels/conv/conv2d_views.cuh"
#include "kernels/cuda/matmul_mma.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

enum class Path { pointwise, tiled_3x3, depthwise, general };

template <class T>
Path path_for(const Conv2dShape& s) {
  if (s.depthwise()) return Path::depthwise;
  if (s.groups > 1) return Path::general;
  const bool one_by_one = s.kernel_h == 1 && s.kernel_w == 1,
             three_by_three = s.kernel_h == 3 && s.kernel_w == 3;
  const bool every_pixel = s.stride_h == 1 && s.stride_w == 1,
             side_by_side = s.dilation_h == 1 && s.dilation_w == 1;
  if (one_by_one && every_pixel && s.pad_h == 0 && s.pad_w == 0) return Path::pointwise;
  // Beyond a padding of 2, backward data would have to cut dy off instead of padding it.
  // It keeps positions in an image, and in the weight, in 32 bits.
  const std::int64_t largest = std::max({s.c * s.h * s.w, s.k * s.out_h() * s.out_w(), 9 * s.k * s.c});
  const bool small = largest < std::int64_t{1} << 31;
  if (std::is_same_v<T, float> && three_by_three && every_pixel && side_by_side && s.pad_h <= 2 &&
      s.pad_w <= 2 && small)
    return Path::tiled_3x3;
  return Path::general;
}

// multiply, with factors of this precision.
template <class T, class A, class B, class C>
void multiply_in(Precision precision, long long m, long long n, long long k, A a, B b, C c) {
  const Depth depth = Depth::of(k);
  if constexpr (std::is_same_v<T, float>)
    if (precision != Precision::exact) return multiply_rounded(precision, m, n, depth, a, b, c);
  multiply<T>(m, n, depth, a, b, c);
}

void correlate_in(Precision precision, const Correlation3x3& a) {
  if (precision != Precision::exact) return correlate_rounded(precision, a);
  correlate(a);
}

WeightGradient3x3 gradient_of(const Conv2dBackwardWeight<float>& a, const Geometry& g) {
  return {g.n, {g.c, g.h, g.w}, {g.k, g.out_h, g.out_w}, g.pad_h, g.pad_w, a.dy, a.x};
}

// Where a group begins in each array.
struct FirstOf {
  long long x, y, weight, bias;
  FirstOf(const Geometry& g, int group)
      : x(static_cast<long long>(group) * g.c * g.h * g.w),
        y(static_cast<long long>(group) * g.k * g.out_h * g.out_w),
        weight(static_cast<long long>(group) * g.k * g.c * g.kernel_h * g.kernel_w),
        bias(static_cast<long long>(group) * g.k) {}
};

// dweight and dbias of a group, of factors that are rounded to tf32 or bf16.
void rounded_gradients(const Conv2dBackwardWeight<float>& a, const Geometry& g, Path path,
                       const Planes<float, false>& dy, const float* x, const StoreGradients<float>& store) {
  const auto pixels = [&](long long lines) { return Depth::of_images(g.n, dy.plane, g.k, lines); };
  if (path == Path::tiled_3x3)
    weight_gradient_rounded(a.precision, gradient_of(a, g), store);
  else if (path == Path::pointwise)
    multiply_rounded(a.precision, g.k, g.c, pixels(g.c), dy, Planes<float, false>{x, g.x_channels, dy.plane},
                     store);
  else
    multiply_rounded(a.precision, g.k, store.taps, pixels(store.taps), dy, Patches<float, true>{g, x}, store);
  if (store.dbias != nullptr)
    multiply<float>(g.k, 1, pixels(1), dy, Ones<float>{}, StoreGradients<float>{nullptr, store.dbias, 0});
}

}  // namespace

template <class T>
void conv2d_forward(const Conv2dForward<T>& a) {
  const Geometry g(a.s);
  const Path path = path_for<T>(a.s);
  if constexpr (std::is_same_v<T, float>)
    if (path == Path::tiled_3x3) return correlate_in(a.precision, correlation_of(a));
  if (path == Path::depthwise) {
    if (a.s.y_size() > 0)
      launch(depthwise_forward<T>, {.grid = blocks_for_warps(g.y_planes), .block = block_threads}, g,
             a.precision, a.x, a.weight, a.bias, a.y);
    return;
  }
  const int taps = g.c * g.kernel_h * g.kernel_w, plane = g.out_h * g.out_w;
  const long long pixels = a.s.n * plane;
  for (int group = 0; group < g.groups; ++group) {
    const FirstOf first(g, group);
    const Matrix<T, true> weight{a.weight + first.weight, taps};
    const StoreImages<T> store{a.y + first.y, g.y_channels, plane,
                               a.bias != nullptr ? a.bias + first.bias : nullptr};
    if (path == Path::pointwise)
      multiply_in<T>(a.precision, g.k, pixels, taps, weight, Planes<T, true>{a.x, g.c, plane}, store);
    else
      multiply_in<T>(a.precision, g.k, pixels, taps, weight, Patches<T, false>{g, a.x + first.x}, store);
  }
}

template <class T>
void conv2d_backward_data(const Conv2dBackwardData<T>& a) {
  const Geometry g(a.s);
  const Path path = path_for<T>(a.s);
  if constexpr (std::is_same_v<T, float>)
    if (path == Path::tiled_3x3) return correlate_in(a.precision, correlation_of(a));
  if (path == Path::depthwise) {
    if (a.s.x_size() > 0)
      launch(depthwise_backward_data<T>, {.grid = blocks_for_warps(g.x_planes), .block = block_threads}, g,
             a.precision, a.dy, a.weight, a.dx);
    return;
  }
  const int window = g.kernel_h * g.kernel_w, plane = g.h * g.w;
  const long long pixels = a.s.n * plane;
  for (int group = 0; group < g.groups; ++group) {
    const FirstOf first(g, group);
    const T* const weight = a.weight + first.weight;
    const StoreImages<T> store{a.dx + first.x, g.x_channels, plane, nullptr};
    if (path == Path::pointwise)
      multiply_in<T>(a.precision, g.c, pixels, g.k, Matrix<T, false>{weight, g.c},
                     Planes<T, true>{a.dy, g.k, plane}, store);
    else
      multiply_in<T>(a.precision, g.c, pixels, g.k * window, WeightByInput<T>{weight, g.c, window},
                     FlippedPatches<T>{g, a.dy + first.y}, store);
  }
}

template <class T>
void conv2d_backward_weight(const Conv2dBackwardWeight<T>& a) {
  const Geometry g(a.s);
  const Path path = path_for<T>(a.s);
  const int window = g.kernel_h * g.kernel_w, taps = g.c * window, plane = g.out_h * g.out_w;
  if (path == Path::depthwise) {
    const dim3 grid(static_cast<unsigned>(g.y_channels),
                    static_cast<unsigned>(window + (a.dbias != nullptr ? 1 : 0)));
    return launch(depthwise_backward_weight<T>, {.grid = grid, .block = block_threads}, g, a.precision,
                  leaves_of(static_cast<unsigned>(g.n)), a.dy, a.x, a.dweight, a.dbias);
  }
  for (int group = 0; group < g.groups; ++group) {
    const FirstOf first(g, group);
    const StoreGradients<T> store{a.dweight + first.weight,
                                  a.dbias != nullptr ? a.dbias + first.bias : nullptr, taps};
    const Planes<T, false> dy{a.dy + first.y, g.y_channels, plane};
    if constexpr (std::is_same_v<T, float>) {
      if (a.precision != Precision::exact) {
        rounded_gradients(a, g, path, dy, a.x + first.x, store);
        continue;
      }
      if (path == Path::tiled_3x3) return weight_gradient(gradient_of(a, g), store);
    }
    if (path == Path::pointwise) return weight_gradient<T>({g.n, g.k, g.c, plane, a.dy, a.x}, store);
    const int lines = taps + 1;  // after the taps one line of ones, for dbias
    multiply<T>(g.k, lines, Depth::of_images(g.n, plane, g.k, lines), dy,
                WithOnes<Patches<T, true>>{{g, a.x + first.x}, taps}, store);
  }
}

NORMA_INSTANTIATE(conv2d_forward, Conv2dForward)
NORMA_INSTANTIATE(conv2d_backward_data, Conv2dBackwardData)
NORMA_INSTANTIATE(conv2d_backward_weight, Conv2dBackwardWeight)

}  // namespace norma::NORMA_EXECUTOR
