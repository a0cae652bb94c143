// A function of each element: y = f(u) with u = scale·x + shift. With combine.h and sum.h, it is what a user
// makes a new norm of, without a kernel (layers/functional/arithmetic.h).
//
// Backward: dx = dy·f'(u)·scale.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

enum class UnaryFunction { identity, square, sqrt, rsqrt, reciprocal, exp, log, sigmoid, tanh };

/// In the order of UnaryFunction.
inline constexpr UnaryFunction all_unary_functions[] = {
    UnaryFunction::identity, UnaryFunction::square,     UnaryFunction::sqrt,
    UnaryFunction::rsqrt,    UnaryFunction::reciprocal, UnaryFunction::exp,
    UnaryFunction::log,      UnaryFunction::sigmoid,    UnaryFunction::tanh};

template <class T>
struct UnaryForward {
  UnaryFunction function;
  std::int64_t count;
  double scale, shift;  ///< rounded to T
  const T* x;
  T* y;  ///< may be x

  Cost cost() const { return cost_of_numbers<T>(2 * count); }
};

template <class T>
struct UnaryBackward {
  UnaryFunction function;
  std::int64_t count;
  double scale, shift;
  const T* dy;
  const T* x;
  T* dx;

  Cost cost() const { return cost_of_numbers<T>(3 * count); }
};

NORMA_DECLARE(unary_forward, UnaryForward)
NORMA_DECLARE(unary_backward, UnaryBackward)

}  // namespace norma
