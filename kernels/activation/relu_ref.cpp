#include "kernels/activation/relu.h"

namespace norma::reference {

template <class T>
void relu_forward(const ReluForward<T>& a) {
  for (std::int64_t i = 0; i < a.count; ++i) a.y[i] = a.x[i] < 0 ? T{0} : a.x[i];
}

template <class T>
void relu_backward(const ReluBackward<T>& a) {
  for (std::int64_t i = 0; i < a.count; ++i) a.dx[i] = a.y[i] > 0 ? a.dy[i] : T{0};
}

NORMA_INSTANTIATE(relu_forward, ReluForward)
NORMA_INSTANTIATE(relu_backward, ReluBackward)

}  // namespace norma::reference
