// The L1 penalty on the CPU: parameters are few, and one thread is enough.
#include "kernels/loss/abs_sum.h"

#include <cmath>

namespace norma::cpu {

template <class T>
void abs_sum_forward(const AbsSumForward<T>& a) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < a.count; ++i) sum += std::abs(a.x[i]);
  *a.y = static_cast<T>(a.factor * sum);
}

template <class T>
void abs_sum_backward(const AbsSumBackward<T>& a) {
  const T up = static_cast<T>(*a.dy * a.factor);
  for (std::int64_t i = 0; i < a.count; ++i) a.dx[i] = a.x[i] > 0 ? up : a.x[i] < 0 ? -up : T{0};
}

NORMA_INSTANTIATE(abs_sum_forward, AbsSumForward)
NORMA_INSTANTIATE(abs_sum_backward, AbsSumBackward)

}  // namespace norma::cpu
