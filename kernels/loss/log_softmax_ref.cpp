#include "kernels/loss/log_softmax.h"

#include <algorithm>
#include <cmath>

namespace norma::reference {

template <class T>
void log_softmax_forward(const LogSoftmaxForward<T>& a) {
  for (std::int64_t r = 0; r < a.rows; ++r) {
    const T* x = a.x + r * a.classes;
    const double largest = *std::max_element(x, x + a.classes);
    double sum = 0;
    for (std::int64_t i = 0; i < a.classes; ++i) sum += std::exp(x[i] - largest);
    for (std::int64_t i = 0; i < a.classes; ++i)
      a.y[r * a.classes + i] = static_cast<T>(x[i] - largest - std::log(sum));
  }
}

template <class T>
void log_softmax_backward(const LogSoftmaxBackward<T>& a) {
  for (std::int64_t r = 0; r < a.rows; ++r) {
    double sum = 0;
    for (std::int64_t i = 0; i < a.classes; ++i) sum += a.dy[r * a.classes + i];
    for (std::int64_t i = r * a.classes; i < (r + 1) * a.classes; ++i)
      a.dx[i] = static_cast<T>(a.dy[i] - std::exp(double{a.y[i]}) * sum);
  }
}

NORMA_INSTANTIATE(log_softmax_forward, LogSoftmaxForward)
NORMA_INSTANTIATE(log_softmax_backward, LogSoftmaxBackward)

}  // namespace norma::reference
