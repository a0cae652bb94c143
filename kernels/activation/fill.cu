// One value everywhere, on a GPU: a function of an element; the kernel is kernels/cuda/map.cuh.
//
// MATH     y = value
// MEMORY   y written: 4 bytes per float
#include "kernels/activation/fill.h"

#include "kernels/cuda/map.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
struct Constant {
  T value;
  __device__ void operator()(T& y) const { y = value; }
};

}  // namespace

template <class T>
void fill(const Fill<T>& a) {
  map(a.count, Constant<T>{static_cast<T>(a.value)}, Out{a.y});
}

NORMA_INSTANTIATE(fill, Fill)

}  // namespace norma::NORMA_EXECUTOR
