// The functions of combine.h.
#pragma once

#include <type_traits>

#include "kernels/tensor/combine.h"

namespace norma::combination {

#ifdef __CUDACC__
#define NORMA_ANYWHERE __host__ __device__ inline
#else
#define NORMA_ANYWHERE inline
#endif

template <CombineFunction function, class T>
NORMA_ANYWHERE T value(T x, T v) {
  if constexpr (function == CombineFunction::add) return x + v;
  if constexpr (function == CombineFunction::subtract) return x - v;
  if constexpr (function == CombineFunction::multiply) return x * v;
  if constexpr (function == CombineFunction::maximum) return x > v || x != x ? x : v;
  if constexpr (function == CombineFunction::greater) return x > v ? T{1} : x == v ? T{0.5} : T{0};
  if constexpr (function == CombineFunction::second) return v;
}

#undef NORMA_ANYWHERE

/// Calls f with the function as a constant.
template <class F>
void with_function(CombineFunction function, F&& f) {
  using enum CombineFunction;
  switch (function) {
    case add:
      return f(std::integral_constant<CombineFunction, add>());
    case subtract:
      return f(std::integral_constant<CombineFunction, subtract>());
    case multiply:
      return f(std::integral_constant<CombineFunction, multiply>());
    case maximum:
      return f(std::integral_constant<CombineFunction, maximum>());
    case greater:
      return f(std::integral_constant<CombineFunction, greater>());
    case second:
      return f(std::integral_constant<CombineFunction, second>());
  }
}

}  // namespace norma::combination
