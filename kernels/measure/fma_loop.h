// A loop of multiply-adds that need no memory: the most arithmetic that a device can do, with which
// benchmarks compare convolutions. Not an operation of kernels/table.h: its result has no use.
//
//   lane l: fma_chains numbers, each v = v·a + b, `rounds` times; out[l] = their sum
//
// The chains of a lane do not wait for each other, and there are enough of them to hide a multiply-add's
// latency.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

inline constexpr int fma_chains = 12;

template <class T>
struct FmaLoop {
  std::int64_t rounds;
  std::int64_t lanes;  ///< a multiple of 1024
  T* out;              ///< [lanes]: fma_chains in each, but for rounding

  Cost cost() const { return {0, flops()}; }
  double flops() const { return 2.0 * fma_chains * static_cast<double>(rounds * lanes); }
  /// v = v·a + b goes to b/(1 − a) = 1 from anywhere.
  static constexpr T a = T{0.75}, b = T{0.25};
};

namespace cpu {
template <class T>
void fma_loop(const FmaLoop<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void fma_loop(const FmaLoop<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void fma_loop(const FmaLoop<T>& a);
}  // namespace cuda

}  // namespace norma
