#include "kernels/optim/adam.h"

#include <cmath>

namespace norma::reference {

template <class T>
void adam_step(const AdamStep<T>& a) {
  const double correction1 = 1 - std::pow(a.beta1, a.t), correction2 = 1 - std::pow(a.beta2, a.t);
  for (std::int64_t i = 0; i < a.count; ++i) {
    const double p = a.decoupled ? a.p[i] * (1 - a.lr * a.weight_decay) : a.p[i];
    const double g = a.decoupled ? a.grad[i] : a.grad[i] + a.weight_decay * a.p[i];
    const double m = a.beta1 * a.m[i] + (1 - a.beta1) * g, v = a.beta2 * a.v[i] + (1 - a.beta2) * g * g;
    a.m[i] = static_cast<T>(m);
    a.v[i] = static_cast<T>(v);
    a.p[i] = static_cast<T>(p - a.lr / correction1 * m / (std::sqrt(v) / std::sqrt(correction2) + a.eps));
  }
}

NORMA_INSTANTIATE(adam_step, AdamStep)

}  // namespace norma::reference
