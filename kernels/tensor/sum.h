// Sums over parts of an array, the transpose of its repetition (repeat.h): y[a, c] = Σ x[a, b, c, d] over b
// and d.
#pragma once

#include "kernels/cost.h"
#include "kernels/executors.h"
#include "kernels/tensor/repeat.h"

namespace norma {

template <class T>
struct Sum {
  Repeat repeat;
  const T* x;  ///< [A, B, C, D]
  T* y;        ///< [A, C]
  /// If not 0, A is 1, and B is so many images, whose parts are added as a tree (core/image_tree.h).
  std::int64_t images = 0;

  Cost cost() const { return cost_of_numbers<T>(repeat.large() + repeat.small()); }
};

NORMA_DECLARE(sum, Sum)

}  // namespace norma
