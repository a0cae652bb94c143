// Log-softmax on the CPU: rows of ten classes are a millionth of the work of a step, and one thread is
// enough.
#include "kernels/loss/log_softmax.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace norma::cpu {

template <class T>
void log_softmax_forward(const LogSoftmaxForward<T>& a) {
  parallel_ranges(a.rows, 512, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const T* x = a.x + r * a.classes;
      const acc_t<T> largest = *std::max_element(x, x + a.classes);
      acc_t<T> sum = 0;
      for (std::int64_t i = 0; i < a.classes; ++i) sum += std::exp(x[i] - largest);
      const acc_t<T> log_sum = std::log(sum);
      for (std::int64_t i = 0; i < a.classes; ++i)
        a.y[r * a.classes + i] = static_cast<T>((x[i] - largest) - log_sum);
    }
  });
}

template <class T>
void log_softmax_backward(const LogSoftmaxBackward<T>& a) {
  parallel_ranges(a.rows, 512, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      acc_t<T> sum = 0;
      for (std::int64_t i = r * a.classes; i < (r + 1) * a.classes; ++i) sum += a.dy[i];
      for (std::int64_t i = r * a.classes; i < (r + 1) * a.classes; ++i)
        a.dx[i] = static_cast<T>(a.dy[i] - std::exp(a.y[i]) * sum);
    }
  });
}

NORMA_INSTANTIATE(log_softmax_forward, LogSoftmaxForward)
NORMA_INSTANTIATE(log_softmax_backward, LogSoftmaxBackward)

}  // namespace norma::cpu
