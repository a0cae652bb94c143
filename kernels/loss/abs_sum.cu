// The L1 penalty on a GPU: a sum (sum_all in kernels/cuda/reduce.cuh) and a function of an element
// (kernels/cuda/map.cuh).
//
// MATH     y = factor·Σ |x|; dx = dy·factor·sign(x)
// MEMORY   forward reads x; backward reads x and writes dx. dy stays on the device
// NUMERICS forward in double, in an order that count alone decides
#include "kernels/loss/abs_sum.h"

#include "kernels/cuda/map.cuh"
#include "kernels/cuda/reduce.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
struct Magnitude {
  const T* x;
  __device__ stat_t operator()(long long i) const { return x[i] < 0 ? -x[i] : x[i]; }
};

template <class T>
struct StorePenalty {
  double factor;
  T* y;
  __device__ void operator()(stat_t sum) const { *y = static_cast<T>(factor * sum); }
};

template <class T>
struct SignTimes {
  const T* dy;
  T factor;
  __device__ void operator()(T x, T& dx) const {
    const T up = *dy * factor;
    dx = x > 0 ? up : x < 0 ? -up : T{0};
  }
};

}  // namespace

template <class T>
void abs_sum_forward(const AbsSumForward<T>& a) {
  sum_all(a.count, Magnitude<T>{a.x}, StorePenalty<T>{a.factor, a.y});
}

template <class T>
void abs_sum_backward(const AbsSumBackward<T>& a) {
  map(a.count, SignTimes<T>{a.dy, static_cast<T>(a.factor)}, In{a.x}, Out{a.dx});
}

NORMA_INSTANTIATE(abs_sum_forward, AbsSumForward)
NORMA_INSTANTIATE(abs_sum_backward, AbsSumBackward)

}  // namespace norma::NORMA_EXECUTOR
