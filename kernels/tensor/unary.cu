// A function of each element on a GPU; the kernel is kernels/cuda/map.cuh.
//
// MATH     y = f(scale·x + shift); dx = dy·f'(scale·x + shift)·scale
// MEMORY   every array once
#include "kernels/cuda/map.cuh"
#include "kernels/tensor/unary_math.h"

namespace norma::NORMA_EXECUTOR {
namespace {

template <UnaryFunction function, class T>
struct Value {
  T scale, shift;
  __device__ void operator()(T x, T& y) const { y = unary::value<function>(scale * x + shift); }
};

template <UnaryFunction function, class T>
struct Slope {
  T scale, shift;
  __device__ void operator()(T dy, T x, T& dx) const {
    dx = dy * unary::derivative<function>(scale * x + shift) * scale;
  }
};

}  // namespace

template <class T>
void unary_forward(const UnaryForward<T>& a) {
  unary::with_function(a.function, [&](auto f) {
    map(a.count, Value<decltype(f)::value, T>{static_cast<T>(a.scale), static_cast<T>(a.shift)}, In{a.x},
        Out{a.y});
  });
}

template <class T>
void unary_backward(const UnaryBackward<T>& a) {
  unary::with_function(a.function, [&](auto f) {
    map(a.count, Slope<decltype(f)::value, T>{static_cast<T>(a.scale), static_cast<T>(a.shift)}, In{a.dy},
        In{a.x}, Out{a.dx});
  });
}

NORMA_INSTANTIATE(unary_forward, UnaryForward)
NORMA_INSTANTIATE(unary_backward, UnaryBackward)

}  // namespace norma::NORMA_EXECUTOR
