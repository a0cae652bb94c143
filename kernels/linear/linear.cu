// Fully connected layer on a GPU: three products; the kernel is kernels/cuda/matmul.cuh.
//
// MATH     y = x·weightᵀ + bias          lines of x      against lines of weight, depth `in`
//          dx = dy·weight                lines of dy     against columns of weight, depth `out`
//          dweight = dyᵀ·x, dbias = dyᵀ·1   columns of dy against columns of x and one of ones, depth N
// NUMERICS sums in T; a deep one in slices, and one over images as a tree
#include "kernels/linear/linear.h"

#include "kernels/cuda/matmul.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
struct StoreWithBias {
  T* y;
  long long out;
  const T* bias;
  __device__ void operator()(int n, int o, acc_t<T> sum) const {
    y[n * out + o] = static_cast<T>(sum + (bias != nullptr ? bias[o] : T{0}));
  }
};

template <class T>
struct StoreMatrix {
  T* data;
  long long stride;
  __device__ void operator()(int i, int j, acc_t<T> sum) const { data[i * stride + j] = static_cast<T>(sum); }
};

template <class T>
struct StoreParameters {
  T *dweight, *dbias;
  int in;
  __device__ void operator()(int o, int i, acc_t<T> sum) const {
    if (i == in)
      dbias[o] = static_cast<T>(sum);
    else if (dweight != nullptr)
      dweight[static_cast<long long>(o) * in + i] = static_cast<T>(sum);
  }
};

}  // namespace

template <class T>
void linear_forward(const LinearForward<T>& a) {
  multiply<T>(a.n, a.out, Depth::of(a.in), Matrix<T, true>{a.x, a.in}, Matrix<T, true>{a.weight, a.in},
              StoreWithBias<T>{a.y, a.out, a.bias});
}

template <class T>
void linear_backward(const LinearBackward<T>& a) {
  if (a.dx != nullptr)
    multiply<T>(a.n, a.in, Depth::of(a.out), Matrix<T, true>{a.dy, a.out}, Matrix<T, false>{a.weight, a.in},
                StoreMatrix<T>{a.dx, a.in});
  if (a.dweight == nullptr && a.dbias == nullptr) return;
  const int in = static_cast<int>(a.in);
  const long long lines = a.in + (a.dbias != nullptr ? 1 : 0);
  multiply<T>(a.out, lines, Depth::of_images(a.n, 1, a.out, lines), Matrix<T, false>{a.dy, a.out},
              WithOnes<Matrix<T, false>>{{a.x, a.in}, in}, StoreParameters<T>{a.dweight, a.dbias, in});
}

NORMA_INSTANTIATE(linear_forward, LinearForward)
NORMA_INSTANTIATE(linear_backward, LinearBackward)

}  // namespace norma::NORMA_EXECUTOR
