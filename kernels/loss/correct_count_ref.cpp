#include "kernels/loss/correct_count.h"

namespace norma::reference {

template <class T>
void correct_count(const CorrectCount<T>& a) {
  *a.count = 0;
  for (std::int64_t r = 0; r < a.rows; ++r) {
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < a.classes; ++i)
      if (a.x[r * a.classes + i] > a.x[r * a.classes + best]) best = i;
    if (best == a.target[r]) ++*a.count;
  }
}

NORMA_INSTANTIATE(correct_count, CorrectCount)

}  // namespace norma::reference
