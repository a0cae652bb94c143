#include "kernels/optim/sgd.h"

namespace norma::reference {

template <class T>
void sgd_step(const SgdStep<T>& a) {
  for (std::int64_t i = 0; i < a.count; ++i) {
    const double g = a.grad[i] + a.weight_decay * a.p[i];
    double update = g;
    if (a.momentum != 0) {
      const double v = a.first ? g : a.momentum * a.velocity[i] + (1 - a.dampening) * g;
      a.velocity[i] = static_cast<T>(v);
      update = a.nesterov ? g + a.momentum * v : v;
    }
    a.p[i] = static_cast<T>(a.p[i] - a.lr * update);
  }
}

NORMA_INSTANTIATE(sgd_step, SgdStep)

}  // namespace norma::reference
