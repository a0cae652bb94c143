// What all steps but production share: which memory and which parameters belong to a set.
#pragma once

#include "kernels/cuda/grid.cuh"
#include "kernels/norm/group_norm.h"
#include "kernels/norm/variant.h"

namespace norma::NORMA_EXECUTOR::steps {

/// The sizes of a group norm, in the 32 bits that GPUs count with.
struct Sizes {
  unsigned n, c, hw, groups;

  template <class Args>
  explicit Sizes(const Args& a)
      : n(norm::kernel_count(a.n)),
        c(norm::kernel_count(a.c)),
        hw(norm::kernel_count(a.hw)),
        groups(norm::kernel_count(a.groups)) {
    norm::kernel_count(a.n * a.c);
    norm::kernel_count(a.c / a.groups * a.hw);
  }
  bool empty() const { return n == 0 || c == 0 || hw == 0; }

  __host__ __device__ unsigned sets() const { return n * groups; }
  __host__ __device__ unsigned channels() const { return c / groups; }  ///< of a set
  __host__ __device__ unsigned m() const { return channels() * hw; }    ///< elements of a set
  /// Where set s begins in x.
  __host__ __device__ long long begin(unsigned s) const { return static_cast<long long>(s) * m(); }
  /// The channel of element i of set s.
  __host__ __device__ unsigned channel(unsigned s, unsigned i) const {
    return s % groups * channels() + i / hw;
  }

  /// Where plane c of image n begins, and the set that it belongs to.
  __host__ __device__ long long plane(unsigned image, unsigned channel_) const {
    return (static_cast<long long>(image) * c + channel_) * hw;
  }
  __host__ __device__ unsigned set(unsigned image, unsigned channel_) const {
    return image * groups + channel_ / channels();
  }
};

/// parameters[c], or `otherwise` where there are none.
template <class T>
__device__ __forceinline__ T parameter(const T* parameters, unsigned c, T otherwise) {
  return parameters != nullptr ? parameters[c] : otherwise;
}

}  // namespace norma::NORMA_EXECUTOR::steps
