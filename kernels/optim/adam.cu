// Adam and AdamW on a GPU: a function of an element; the kernel is kernels/cuda/map.cuh.
//
// MATH     g = grad + decay·p;  m = β₁·m + (1 − β₁)·g;  v = β₂·v + (1 − β₂)·g²;
//          p = shrink·p − rate·m/(√v·root + ε), with rate = lr/(1 − β₁ᵗ), root = 1/√(1 − β₂ᵗ);
//          Adam: decay = weight_decay, shrink = 1.  AdamW: decay = 0, shrink = 1 − lr·weight_decay
// MEMORY   grad read, p, m and v read and written: 28 bytes per float
// NUMERICS in T; the corrections, which lose digits at β → 1, in double on the host
#include "kernels/optim/adam.h"

#include <cmath>

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

}  // namespace

template <class T>
void adam_step(const AdamStep<T>& a) {
  const double t = static_cast<double>(a.t);
  const double correction1 = 1 - std::pow(a.beta1, t), correction2 = 1 - std::pow(a.beta2, t);
  const AdamUpdate<T> update{.beta1 = static_cast<T>(a.beta1),
                             .rest1 = static_cast<T>(1 - a.beta1),
                             .beta2 = static_cast<T>(a.beta2),
                             .rest2 = static_cast<T>(1 - a.beta2),
                             .rate = static_cast<T>(a.lr / correction1),
                             .root = static_cast<T>(1 / std::sqrt(correction2)),
                             .eps = static_cast<T>(a.eps),
                             .decay = static_cast<T>(a.decoupled ? 0 : a.weight_decay),
                             .shrink = static_cast<T>(a.decoupled ? 1 - a.lr * a.weight_decay : 1)};
  map(a.count, update, In{a.grad}, InOut{a.p}, InOut{a.m}, InOut{a.v});
}

NORMA_INSTANTIATE(adam_step, AdamStep)

}  // namespace norma::NORMA_EXECUTOR
