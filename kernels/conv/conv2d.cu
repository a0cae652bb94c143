// Convolution on a GPU: which kernels a shape runs on, and the products that serve all shapes.
//
//   general     implicit GEMM: the views of conv2d_views.cuh in the product of kernels/cuda/matmul.cuh. Every
//               element is gathered with its bounds checked; with a stride s, backward data multiplies s² − 1
//               zeros for each number
//   pointwise   1×1, stride 1, no padding: the same product of matrices that lie in memory as they are
//
// NUMERICS sums in T over C·kernel (forward), K·kernel (backward data); backward weight sums N·H·W products
// in
//          slices, added in order in double. Sizes alone decide the order
#include "kernels/conv/conv2d.h"

#include "kernels/conv/conv2d_views.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

bool pointwise(const Conv2dShape& s) {
  return s.kernel_h == 1 && s.kernel_w == 1 && s.stride_h == 1 && s.stride_w == 1 && s.pad_h == 0 &&
         s.pad_w == 0;
}

}  // namespace

template <class T>
void conv2d_forward(const Conv2dForward<T>& a) {
  const Geometry g(a.s);
  const int taps = g.c * g.kernel_h * g.kernel_w, plane = g.out_h * g.out_w;
  const Matrix<T, true> weight{a.weight, taps};
  const StoreImages<T> store{a.y, g.k, plane, a.bias};
  if (pointwise(a.s))
    multiply<T>(g.k, a.s.n * plane, taps, weight, Planes<T, true>{a.x, g.c, plane}, store);
  else
    multiply<T>(g.k, a.s.n * plane, taps, weight, Patches<T, false>{g, a.x}, store);
}

template <class T>
void conv2d_backward_data(const Conv2dBackwardData<T>& a) {
  const Geometry g(a.s);
  const int window = g.kernel_h * g.kernel_w, plane = g.h * g.w;
  const StoreImages<T> store{a.dx, g.c, plane, nullptr};
  if (pointwise(a.s))
    multiply<T>(g.c, a.s.n * plane, g.k, Matrix<T, false>{a.weight, g.c}, Planes<T, true>{a.dy, g.k, plane},
                store);
  else
    multiply<T>(g.c, a.s.n * plane, g.k * window, WeightByInput<T>{a.weight, g.c, window},
                FlippedPatches<T>{g, a.dy}, store);
}

template <class T>
void conv2d_backward_weight(const Conv2dBackwardWeight<T>& a) {
  const Geometry g(a.s);
  const int taps = g.c * g.kernel_h * g.kernel_w, plane = g.out_h * g.out_w;
  const int lines = taps + (a.dbias != nullptr ? 1 : 0);
  const Planes<T, false> dy{a.dy, g.k, plane};
  const StoreGradients<T> store{a.dweight, a.dbias, taps};
  if (pointwise(a.s))
    multiply<T>(g.k, lines, a.s.n * plane, dy, WithOnes<Planes<T, false>>{{a.x, g.c, plane}, taps}, store);
  else
    multiply<T>(g.k, lines, a.s.n * plane, dy, WithOnes<Patches<T, true>>{{g, a.x}, taps}, store);
}

template void conv2d_forward(const Conv2dForward<float>&);
template void conv2d_forward(const Conv2dForward<double>&);
template void conv2d_backward_data(const Conv2dBackwardData<float>&);
template void conv2d_backward_data(const Conv2dBackwardData<double>&);
template void conv2d_backward_weight(const Conv2dBackwardWeight<float>&);
template void conv2d_backward_weight(const Conv2dBackwardWeight<double>&);

}  // namespace norma::NORMA_EXECUTOR
