#include "kernels/linear/linear.h"

namespace norma::reference {

template <class T>
void linear_forward(const LinearForward<T>& a) {
  for (std::int64_t n = 0; n < a.n; ++n)
    for (std::int64_t o = 0; o < a.out; ++o) {
      double sum = a.bias ? a.bias[o] : 0.0;
      for (std::int64_t i = 0; i < a.in; ++i) sum += double{a.x[n * a.in + i]} * a.weight[o * a.in + i];
      a.y[n * a.out + o] = static_cast<T>(sum);
    }
}

template <class T>
void linear_backward(const LinearBackward<T>& a) {
  if (a.dx != nullptr)
    for (std::int64_t n = 0; n < a.n; ++n)
      for (std::int64_t i = 0; i < a.in; ++i) {
        double sum = 0;
        for (std::int64_t o = 0; o < a.out; ++o) sum += double{a.dy[n * a.out + o]} * a.weight[o * a.in + i];
        a.dx[n * a.in + i] = static_cast<T>(sum);
      }
  for (std::int64_t o = 0; o < a.out; ++o) {
    double dbias = 0;
    for (std::int64_t n = 0; n < a.n; ++n) dbias += a.dy[n * a.out + o];
    if (a.dbias != nullptr) a.dbias[o] = static_cast<T>(dbias);
    if (a.dweight == nullptr) continue;
    for (std::int64_t i = 0; i < a.in; ++i) {
      double sum = 0;
      for (std::int64_t n = 0; n < a.n; ++n) sum += double{a.dy[n * a.out + o]} * a.x[n * a.in + i];
      a.dweight[o * a.in + i] = static_cast<T>(sum);
    }
  }
}

NORMA_INSTANTIATE(linear_forward, LinearForward)
NORMA_INSTANTIATE(linear_backward, LinearBackward)

}  // namespace norma::reference
