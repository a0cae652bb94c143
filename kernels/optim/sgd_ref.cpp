#include "kernels/optim/sgd.h"

namespace norma::reference {

template <class T>
void sgd_step(const SgdStep<T>& a) {
  const double lr = a.state != nullptr ? a.state->lr : a.lr,
               momentum = a.state != nullptr ? a.state->momentum : a.momentum;
  for (const auto& [count, first, grad, p, velocity] : a.parameters)
    for (std::int64_t i = 0; i < count; ++i) {
      const double g = grad[i] + a.weight_decay * p[i];
      double update = g;
      if (momentum != 0) {
        const double v = first ? g : momentum * velocity[i] + (1 - a.dampening) * g;
        velocity[i] = static_cast<T>(v);
        update = a.nesterov ? g + momentum * v : v;
      }
      p[i] = static_cast<T>(p[i] - lr * update);
    }
}

NORMA_INSTANTIATE(sgd_step, SgdStep)

}  // namespace norma::reference
