// Sums over parts of an array on the CPU, in double. Plain loops; the compiler's vectors run along D, or
// along C if D is 1. A thread does whole sums, in the order of memory: the same bits for any number of
// threads.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/tensor/sum.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tensor/sum_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
double row_sum(const T* x, std::int64_t count) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += x[i];
  return sum;
}

constexpr std::int64_t columns_at_once = 64;

// y[0 … count) = Σ over `rows` rows of x, which are `stride` apart; count is at most columns_at_once.
template <class T>
void sum_columns(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t count, T* y) {
  double sums[columns_at_once] = {};
  for (std::int64_t r = 0; r < rows; ++r) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) sums[i] += x[r * stride + i];
  }
  for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<T>(sums[i]);
}

template <class T>
void sum(const Sum<T>& args) {
  const std::int64_t a = args.repeat.a, b = args.repeat.b, c = args.repeat.c, d = args.repeat.d;
  if (d == 1) {
    const std::int64_t strips = (c + columns_at_once - 1) / columns_at_once;
    return parallel_for(a * strips, [&](std::int64_t i) {
      const std::int64_t image = i / strips, first = i % strips * columns_at_once;
      sum_columns(args.x + image * b * c + first, b, c, std::min(columns_at_once, c - first),
                  args.y + image * c + first);
    });
  }
  const std::int64_t grain = std::max<std::int64_t>(1, elementwise_grain / std::max<std::int64_t>(1, b * d));
  parallel_ranges(a * c, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      double total = 0;
      for (std::int64_t k = 0; k < b; ++k) total += row_sum(args.x + ((i / c * b + k) * c + i % c) * d, d);
      args.y[i] = static_cast<T>(total);
    }
  });
}

NORMA_SIMD_INSTANTIATE(sum, Sum)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(sum, Sum)
}  // namespace norma::cpu
#endif
