// One value everywhere: y = value, rounded to T.
#pragma once

#include <cstdint>

#include "kernels/executors.h"

namespace norma {

template <class T>
struct Fill {
  std::int64_t count;
  double value;
  T* y;
};

NORMA_DECLARE(fill, Fill)

}  // namespace norma
