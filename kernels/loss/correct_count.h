// How many rows have their largest score at the target; among equal scores the first counts.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct CorrectCount {
  std::int64_t rows, classes;
  const T* x;  ///< [rows, classes]
  const std::int64_t* target;
  std::int64_t* count;  ///< one number

  Cost cost() const { return cost_of_numbers<T>(rows * classes, rows + 1); }
};

NORMA_DECLARE(correct_count, CorrectCount)

}  // namespace norma
