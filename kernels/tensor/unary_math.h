// The functions of unary.h and their derivatives, for the reference and for a GPU. (The CPU's vectors have
// their own.)
#pragma once

#include <math.h>  // not <cmath>: a GPU calls exp without std::

#include <type_traits>

#include "kernels/tensor/unary.h"

namespace norma::unary {

#ifdef __CUDACC__
#define NORMA_ANYWHERE __host__ __device__ inline
#else
#define NORMA_ANYWHERE inline
#endif

template <UnaryFunction function, class T>
NORMA_ANYWHERE T value(T u) {
  if constexpr (function == UnaryFunction::identity) return u;
  if constexpr (function == UnaryFunction::square) return u * u;
  if constexpr (function == UnaryFunction::sqrt) return sqrt(u);
  if constexpr (function == UnaryFunction::rsqrt) return T{1} / sqrt(u);
  if constexpr (function == UnaryFunction::reciprocal) return T{1} / u;
  if constexpr (function == UnaryFunction::exp) return exp(u);
  if constexpr (function == UnaryFunction::log) return log(u);
  if constexpr (function == UnaryFunction::sigmoid) return T{1} / (T{1} + exp(-u));
  if constexpr (function == UnaryFunction::tanh) return tanh(u);
}

template <UnaryFunction function, class T>
NORMA_ANYWHERE T derivative(T u) {
  [[maybe_unused]] const T y = value<function>(u);
  if constexpr (function == UnaryFunction::identity) return T{1};
  if constexpr (function == UnaryFunction::square) return T{2} * u;
  if constexpr (function == UnaryFunction::sqrt) return T{0.5} / y;
  if constexpr (function == UnaryFunction::rsqrt) return T{-0.5} * y / u;
  if constexpr (function == UnaryFunction::reciprocal) return -y * y;
  if constexpr (function == UnaryFunction::exp) return y;
  if constexpr (function == UnaryFunction::log) return T{1} / u;
  if constexpr (function == UnaryFunction::sigmoid) return y * (T{1} - y);
  if constexpr (function == UnaryFunction::tanh) return T{1} - y * y;
}

#undef NORMA_ANYWHERE

template <UnaryFunction function>
using Constant = std::integral_constant<UnaryFunction, function>;

/// Calls f with the function as a constant.
template <class F>
void with_function(UnaryFunction function, F&& f) {
  switch (function) {
    case UnaryFunction::identity:
      return f(Constant<UnaryFunction::identity>());
    case UnaryFunction::square:
      return f(Constant<UnaryFunction::square>());
    case UnaryFunction::sqrt:
      return f(Constant<UnaryFunction::sqrt>());
    case UnaryFunction::rsqrt:
      return f(Constant<UnaryFunction::rsqrt>());
    case UnaryFunction::reciprocal:
      return f(Constant<UnaryFunction::reciprocal>());
    case UnaryFunction::exp:
      return f(Constant<UnaryFunction::exp>());
    case UnaryFunction::log:
      return f(Constant<UnaryFunction::log>());
    case UnaryFunction::sigmoid:
      return f(Constant<UnaryFunction::sigmoid>());
    case UnaryFunction::tanh:
      return f(Constant<UnaryFunction::tanh>());
  }
}

}  // namespace norma::unary
