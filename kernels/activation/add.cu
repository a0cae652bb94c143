// Addition on a GPU: a function of an element; the kernel is kernels/cuda/map.cuh.
//
// MATH     y = a + b
// MEMORY   a and b read, y written: 12 bytes per float
#include "kernels/activation/add.h"

#include "kernels/cuda/map.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

struct Addition {
  template <class T>
  __device__ void operator()(T a, T b, T& y) const {
    y = a + b;
  }
};

}  // namespace

template <class T>
void add(const Add<T>& a) {
  map(a.count, Addition{}, In{a.a}, In{a.b}, Out{a.y});
}

NORMA_INSTANTIATE(add, Add)

}  // namespace norma::NORMA_EXECUTOR
