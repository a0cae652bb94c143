#include "kernels/optim/sgd.h"

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optim/sgd_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void sgd_range(const SgdStep<T>& a, std::int64_t begin, std::int64_t end) {
  const T lr = static_cast<T>(a.lr), decay = static_cast<T>(a.weight_decay),
          momentum = static_cast<T>(a.momentum);
  const T keep = a.first ? T{0} : momentum, take = a.first ? T{1} : static_cast<T>(1 - a.dampening);
  const T* HWY_RESTRICT grad = a.grad;
  T *HWY_RESTRICT p = a.p, *HWY_RESTRICT velocity = a.velocity;
  if (a.momentum == 0) {
    for (std::int64_t i = begin; i < end; ++i) p[i] -= lr * (grad[i] + decay * p[i]);
    return;
  }
  if (a.first) std::fill(velocity + begin, velocity + end, T{0});
  for (std::int64_t i = begin; i < end; ++i) {
    const T g = grad[i] + decay * p[i];
    const T v = keep * velocity[i] + take * g;
    velocity[i] = v;
    p[i] -= lr * (a.nesterov ? g + momentum * v : v);
  }
}

template <class T>
void sgd_step(const SgdStep<T>& a) {
  parallel_ranges(a.count, elementwise_grain,
                  [&](std::int64_t begin, std::int64_t end) { sgd_range(a, begin, end); });
}

NORMA_SIMD_INSTANTIATE(sgd_step, SgdStep)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(sgd_step, SgdStep)
}  // namespace norma::cpu
#endif
