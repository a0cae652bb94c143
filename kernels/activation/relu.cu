// ReLU on a GPU: two functions of an element; the kernel is kernels/cuda/map.cuh.
//
// MATH     y = max(x, 0); dx = dy where y > 0, else 0
// MEMORY   forward: x read, y written. backward: dy and y read, dx written. 8 and 12 bytes per float
// NUMERICS exact. x < 0 is false of NaN, which therefore stays
#include "kernels/activation/relu.h"

#include "kernels/cuda/map.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

struct Relu {
  template <class T>
  __device__ void operator()(T x, T& y) const {
    y = x < 0 ? T{0} : x;
  }
};

struct ReluGradient {
  template <class T>
  __device__ void operator()(T dy, T y, T& dx) const {
    dx = y > 0 ? dy : T{0};
  }
};

}  // namespace

template <class T>
void relu_forward(const ReluForward<T>& a) {
  map(a.count, Relu{}, In{a.x}, Out{a.y});
}

template <class T>
void relu_backward(const ReluBackward<T>& a) {
  map(a.count, ReluGradient{}, In{a.dy}, In{a.y}, Out{a.dx});
}

NORMA_INSTANTIATE(relu_forward, ReluForward)
NORMA_INSTANTIATE(relu_backward, ReluBackward)

}  // namespace norma::NORMA_EXECUTOR
