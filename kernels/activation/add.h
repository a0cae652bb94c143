// Addition of two tensors of one shape, the residual connection: y = a + b. Its backward hands dy to both.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct Add {
  std::int64_t count;
  const T* a;
  const T* b;
  T* y;

  Cost cost() const { return cost_of_numbers<T>(3 * count); }
};

NORMA_DECLARE(add, Add)

}  // namespace norma
