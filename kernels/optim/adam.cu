// Adam and AdamW on a GPU: a function of an element of any number of parameters at once; the kernel is
// map_list of kernels/cuda/map.cuh.
//
// MATH     g = grad + decay·p;  m = β₁·m + (1 − β₁)·g;  v = β₂·v + (1 − β₂)·g²;
//          p = shrink·p − rate·m/(√v·root + ε), with rate = lr/(1 − β₁ᵗ), root = 1/√(1 − β₂ᵗ);
//          Adam: decay = weight_decay, shrink = 1.  AdamW: decay = 0, shrink = 1 − lr·weight_decay
// MEMORY   grad read, p, m and v read and written: 28 bytes per float
// NUMERICS in T; the corrections, which lose digits at β → 1, in double, by every thread
#include "kernels/optim/adam.h"

#include "kernels/cuda/map.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
struct AdamUpdate {
  T beta1, rest1, beta2, rest2, rate, root, eps, decay, shrink;
  __device__ void operator()(T grad, T& p, T& m, T& v) const {
    const T g = grad + decay * p;
    m = beta1 * m + rest1 * g;
    v = beta2 * v + rest2 * g * g;
    p = shrink * p - rate * m / (sqrt(v) * root + eps);
  }
};

/// What the update of a parameter is made of.
template <class T>
struct AdamNumbers {
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled;
  long long t;
  const StepState* state;

  __device__ AdamUpdate<T> now() const {
    const double rate = state != nullptr ? state->lr : lr,
                 momentum = state != nullptr ? state->momentum : beta1;
    const double step = static_cast<double>(state != nullptr ? t + state->step : t);
    const double correction1 = 1 - pow(momentum, step), correction2 = 1 - pow(beta2, step);
    return {.beta1 = static_cast<T>(momentum),
            .rest1 = static_cast<T>(1 - momentum),
            .beta2 = static_cast<T>(beta2),
            .rest2 = static_cast<T>(1 - beta2),
            .rate = static_cast<T>(rate / correction1),
            .root = static_cast<T>(1 / sqrt(correction2)),
            .eps = static_cast<T>(eps),
            .decay = static_cast<T>(decoupled ? 0 : weight_decay),
            .shrink = static_cast<T>(decoupled ? 1 - rate * weight_decay : 1)};
  }
};

}  // namespace

template <class T>
void adam_step(const AdamStep<T>& a) {
  map_list(a.parameters, [&](const AdamParameter<T>& of) {
    return MapItem{of.count,
                   AdamNumbers<T>{a.lr, a.beta1, a.beta2, a.eps, a.weight_decay, a.decoupled, of.t, a.state},
                   In{of.grad},
                   InOut{of.p},
                   InOut{of.m},
                   InOut{of.v}};
  });
}

NORMA_INSTANTIATE(adam_step, AdamStep)

}  // namespace norma::NORMA_EXECUTOR
