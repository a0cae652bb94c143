#include "kernels/tensor/unary_math.h"

namespace norma::reference {

template <class T>
void unary_forward(const UnaryForward<T>& a) {
  unary::with_function(a.function, [&](auto f) {
    for (std::int64_t i = 0; i < a.count; ++i)
      a.y[i] = static_cast<T>(unary::value<f()>(a.scale * a.x[i] + a.shift));
  });
}

template <class T>
void unary_backward(const UnaryBackward<T>& a) {
  unary::with_function(a.function, [&](auto f) {
    for (std::int64_t i = 0; i < a.count; ++i)
      a.dx[i] = static_cast<T>(a.dy[i] * unary::derivative<f()>(a.scale * a.x[i] + a.shift) * a.scale);
  });
}

NORMA_INSTANTIATE(unary_forward, UnaryForward)
NORMA_INSTANTIATE(unary_backward, UnaryBackward)

}  // namespace norma::reference
