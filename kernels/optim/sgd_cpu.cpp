#include "kernels/optim/sgd.h"

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optim/sgd_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void sgd_range(const SgdStep<T>& a, const SgdParameter<T>& of, std::int64_t begin, std::int64_t end) {
  const T lr = static_cast<T>(a.state != nullptr ? a.state->lr : a.lr),
          decay = static_cast<T>(a.weight_decay),
          momentum = static_cast<T>(a.state != nullptr ? a.state->momentum : a.momentum);
  const T keep = of.first ? T{0} : momentum, take = of.first ? T{1} : static_cast<T>(1 - a.dampening);
  const T* HWY_RESTRICT grad = of.grad;
  T *HWY_RESTRICT p = of.p, *HWY_RESTRICT velocity = of.velocity;
  if (momentum == 0) {
    for (std::int64_t i = begin; i < end; ++i) p[i] -= lr * (grad[i] + decay * p[i]);
    return;
  }
  if (of.first) std::fill(velocity + begin, velocity + end, T{0});
  for (std::int64_t i = begin; i < end; ++i) {
    const T g = grad[i] + decay * p[i];
    const T v = keep * velocity[i] + take * g;
    velocity[i] = v;
    p[i] -= lr * (a.nesterov ? g + momentum * v : v);
  }
}

template <class T>
void sgd_step(const SgdStep<T>& a) {
  for (const SgdParameter<T>& of : a.parameters)
    parallel_ranges(of.count, elementwise_grain,
                    [&](std::int64_t begin, std::int64_t end) { sgd_range(a, of, begin, end); });
}

NORMA_SIMD_INSTANTIATE(sgd_step, SgdStep)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(sgd_step, SgdStep)
}  // namespace norma::cpu
#endif
