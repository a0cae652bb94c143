#include "kernels/optim/adam.h"

#include <cmath>

namespace norma::reference {

template <class T>
void adam_step(const AdamStep<T>& a) {
  const double lr = a.state != nullptr ? a.state->lr : a.lr,
               beta1 = a.state != nullptr ? a.state->momentum : a.beta1;
  for (const AdamParameter<T>& of : a.parameters) {
    const std::int64_t t = of.t + (a.state != nullptr ? a.state->step : 0);
    const double correction1 = 1 - std::pow(beta1, t), correction2 = 1 - std::pow(a.beta2, t);
    for (std::int64_t i = 0; i < of.count; ++i) {
      const double p = a.decoupled ? of.p[i] * (1 - lr * a.weight_decay) : of.p[i];
      const double g = a.decoupled ? of.grad[i] : of.grad[i] + a.weight_decay * of.p[i];
      const double m = beta1 * of.m[i] + (1 - beta1) * g, v = a.beta2 * of.v[i] + (1 - a.beta2) * g * g;
      of.m[i] = static_cast<T>(m);
      of.v[i] = static_cast<T>(v);
      of.p[i] = static_cast<T>(p - lr / correction1 * m / (std::sqrt(v) / std::sqrt(correction2) + a.eps));
    }
  }
}

NORMA_INSTANTIATE(adam_step, AdamStep)

}  // namespace norma::reference
