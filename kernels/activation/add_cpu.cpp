#include "kernels/activation/add.h"

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activation/add_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void add(const Add<T>& args) {
  parallel_ranges(args.count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    const T *HWY_RESTRICT a = args.a, *HWY_RESTRICT b = args.b;
    T* HWY_RESTRICT y = args.y;
    for (std::int64_t i = begin; i < end; ++i) y[i] = a[i] + b[i];
  });
}

NORMA_SIMD_INSTANTIATE(add, Add)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(add, Add)
}  // namespace norma::cpu
#endif
