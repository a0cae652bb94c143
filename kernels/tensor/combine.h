// A function of two elements, the second from a smaller array that is repeated (repeat.h):
//
//   add        x + v
//   subtract   x − v
//   multiply   x·v
//   maximum    max(x, v); NaN if one of them is
//   greater    1 where x > v, ½ where x = v, else 0: the derivative of the maximum by x
//   second     v
#pragma once

#include "kernels/cost.h"
#include "kernels/executors.h"
#include "kernels/tensor/repeat.h"

namespace norma {

enum class CombineFunction { add, subtract, multiply, maximum, greater, second };

template <class T>
struct Combine {
  CombineFunction function;
  Repeat repeat;
  const T* x;  ///< [A, B, C, D]; not read by `second`
  const T* v;  ///< [A, C]
  T* y;        ///< [A, B, C, D]; may be x

  Cost cost() const {
    return cost_of_numbers<T>((function == CombineFunction::second ? 1 : 2) * repeat.large() +
                              repeat.small());
  }
};

NORMA_DECLARE(combine, Combine)

}  // namespace norma
