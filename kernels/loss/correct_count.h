// How many rows have their largest score at the target; among equal scores the first counts.
#pragma once

#include <cstdint>

#include "kernels/executors.h"

namespace norma {

template <class T>
struct CorrectCount {
  std::int64_t rows, classes;
  const T* x;  ///< [rows, classes]
  const std::int64_t* target;
  std::int64_t* count;  ///< one number
};

NORMA_DECLARE(correct_count, CorrectCount)

}  // namespace norma
