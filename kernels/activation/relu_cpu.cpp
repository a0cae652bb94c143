#include "kernels/activation/relu.h"

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activation/relu_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void relu_forward(const ReluForward<T>& a) {
  const hn::ScalableTag<T> d;
  const auto map = [&](auto x) HWY_ATTR { return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x); };
  parallel_ranges(a.count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    const T* x = a.x + begin;
    T* y = a.y + begin;
    for_vectors(
        d, end - begin, [&](std::int64_t i) HWY_ATTR { hn::StoreU(map(hn::LoadU(d, x + i)), d, y + i); },
        [&](std::int64_t i, std::size_t n)
            HWY_ATTR { store_first(d, n, map(load_first(d, n, x + i)), y + i); });
  });
}

template <class T>
void relu_backward(const ReluBackward<T>& a) {
  const hn::ScalableTag<T> d;
  const auto map = [&](auto dy, auto y) HWY_ATTR { return hn::IfThenElseZero(hn::Gt(y, hn::Zero(d)), dy); };
  parallel_ranges(a.count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    const T *dy = a.dy + begin, *y = a.y + begin;
    T* dx = a.dx + begin;
    for_vectors(
        d, end - begin,
        [&](std::int64_t i)
            HWY_ATTR { hn::StoreU(map(hn::LoadU(d, dy + i), hn::LoadU(d, y + i)), d, dx + i); },
        [&](std::int64_t i, std::size_t n)
            HWY_ATTR { store_first(d, n, map(load_first(d, n, dy + i), load_first(d, n, y + i)), dx + i); });
  });
}

NORMA_SIMD_INSTANTIATE(relu_forward, ReluForward)
NORMA_SIMD_INSTANTIATE(relu_backward, ReluBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(relu_forward, ReluForward)
NORMA_SIMD_EXPORT(relu_backward, ReluBackward)
}  // namespace norma::cpu
#endif
