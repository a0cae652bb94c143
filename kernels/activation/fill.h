// One value everywhere: y = value, rounded to T.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct Fill {
  std::int64_t count;
  double value;
  T* y;

  Cost cost() const { return cost_of_numbers<T>(count); }
};

NORMA_DECLARE(fill, Fill)

}  // namespace norma
