// Global average pooling on the CPU. Plain loops; the compiler's vectors run along a plane.
#include "kernels/pool/global_avg_pool.h"

#include <algorithm>

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool/global_avg_pool_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
double plane_sum(const T* HWY_RESTRICT x, std::int64_t hw) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < hw; ++i) sum += x[i];
  return sum;
}

template <class T>
void global_avg_pool_forward(const GlobalAvgPoolForward<T>& a) {
  parallel_ranges(a.planes, 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane)
      a.y[plane] = static_cast<T>(plane_sum(a.x + plane * a.hw, a.hw) / static_cast<double>(a.hw));
  });
}

template <class T>
void global_avg_pool_backward(const GlobalAvgPoolBackward<T>& a) {
  parallel_ranges(a.planes, 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane)
      std::fill_n(a.dx + plane * a.hw, a.hw, static_cast<T>(a.dy[plane] / static_cast<double>(a.hw)));
  });
}

NORMA_SIMD_INSTANTIATE(global_avg_pool_forward, GlobalAvgPoolForward)
NORMA_SIMD_INSTANTIATE(global_avg_pool_backward, GlobalAvgPoolBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(global_avg_pool_forward, GlobalAvgPoolForward)
NORMA_SIMD_EXPORT(global_avg_pool_backward, GlobalAvgPoolBackward)
}  // namespace norma::cpu
#endif
