#include "kernels/optim/adam.h"

#include <cmath>
#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optim/adam_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void adam_range(const AdamStep<T>& a, const AdamParameter<T>& of, std::int64_t begin, std::int64_t end) {
  const double lr = a.state != nullptr ? a.state->lr : a.lr,
               momentum = a.state != nullptr ? a.state->momentum : a.beta1;
  const std::int64_t t = of.t + (a.state != nullptr ? a.state->step : 0);
  const double correction1 = 1 - std::pow(momentum, t), correction2 = 1 - std::pow(a.beta2, t);
  const T rate = static_cast<T>(lr / correction1), root = static_cast<T>(1 / std::sqrt(correction2));
  const T beta1 = static_cast<T>(momentum), beta2 = static_cast<T>(a.beta2), eps = static_cast<T>(a.eps);
  const T rest1 = static_cast<T>(1 - momentum), rest2 = static_cast<T>(1 - a.beta2);
  const T shrink = static_cast<T>(a.decoupled ? 1 - lr * a.weight_decay : 1);
  const T decay = static_cast<T>(a.decoupled ? 0 : a.weight_decay);
  const T* HWY_RESTRICT grad = of.grad;
  T *HWY_RESTRICT p = of.p, *HWY_RESTRICT m = of.m, *HWY_RESTRICT v = of.v;
  for (std::int64_t i = begin; i < end; ++i) {
    const T g = grad[i] + decay * p[i];
    m[i] = beta1 * m[i] + rest1 * g;
    v[i] = beta2 * v[i] + rest2 * g * g;
    p[i] = p[i] * shrink - rate * m[i] / (std::sqrt(v[i]) * root + eps);
  }
}

template <class T>
void adam_step(const AdamStep<T>& a) {
  for (const AdamParameter<T>& of : a.parameters)
    parallel_ranges(of.count, elementwise_grain,
                    [&](std::int64_t begin, std::int64_t end) { adam_range(a, of, begin, end); });
}

NORMA_SIMD_INSTANTIATE(adam_step, AdamStep)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(adam_step, AdamStep)
}  // namespace norma::cpu
#endif
