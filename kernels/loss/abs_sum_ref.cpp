#include "kernels/loss/abs_sum.h"

#include <cmath>

namespace norma::reference {

template <class T>
void abs_sum_forward(const AbsSumForward<T>& a) {
  double sum = 0;
  for (std::int64_t i = 0; i < a.count; ++i) sum += std::abs(a.x[i]);
  *a.y = static_cast<T>(a.factor * sum);
}

template <class T>
void abs_sum_backward(const AbsSumBackward<T>& a) {
  for (std::int64_t i = 0; i < a.count; ++i)
    a.dx[i] = static_cast<T>(*a.dy * a.factor * (a.x[i] > 0 ? 1 : a.x[i] < 0 ? -1 : 0));
}

NORMA_INSTANTIATE(abs_sum_forward, AbsSumForward)
NORMA_INSTANTIATE(abs_sum_backward, AbsSumBackward)

}  // namespace norma::reference
