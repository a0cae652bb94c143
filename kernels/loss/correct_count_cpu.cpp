#include "kernels/loss/correct_count.h"

#include <algorithm>

namespace norma::cpu {

template <class T>
void correct_count(const CorrectCount<T>& a) {
  std::int64_t count = 0;
  for (std::int64_t r = 0; r < a.rows; ++r) {
    const T* x = a.x + r * a.classes;
    count += std::max_element(x, x + a.classes) - x == a.target[r];
  }
  *a.count = count;
}

NORMA_INSTANTIATE(correct_count, CorrectCount)

}  // namespace norma::cpu
