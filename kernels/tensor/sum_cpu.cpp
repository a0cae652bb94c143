// Sums over parts of an array on the CPU, in double. Plain loops; the compiler's vectors run along D, or
// along C if D is 1. A thread does whole sums, in the order of memory, those over images as a tree: the
// same bits for any number of threads.
#include <algorithm>

#include "core/image_tree.h"
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

template <class T>
struct Columns {
  T at[columns_at_once];
  void operator+=(const Columns& other) {
    for (std::int64_t i = 0; i < columns_at_once; ++i) at[i] += other.at[i];
  }
};

// Of `count` columns, at most columns_at_once, the sums over rows [begin, end) of x, which are `stride`
// apart.
template <class T>
Columns<T> sum_columns(const T* x, std::int64_t begin, std::int64_t end, std::int64_t stride,
                       std::int64_t count) {
  double sums[columns_at_once] = {};
  for (std::int64_t r = begin; r < end; ++r) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) sums[i] += x[r * stride + i];
  }
  Columns<T> rounded;
  for (std::int64_t i = 0; i < columns_at_once; ++i) rounded.at[i] = static_cast<T>(sums[i]);
  return rounded;
}

template <class T>
void sum(const Sum<T>& args) {
  const std::int64_t a = args.repeat.a, b = args.repeat.b, c = args.repeat.c, d = args.repeat.d;
  const ImageTree tree(std::max<std::int64_t>(1, args.images));
  const std::int64_t rows = b / std::max<std::int64_t>(1, args.images);  // of an image
  if (d == 1) {
    const std::int64_t strips = (c + columns_at_once - 1) / columns_at_once;
    return parallel_for(a * strips, [&](std::int64_t i) {
      const std::int64_t image = i / strips, first = i % strips * columns_at_once;
      const std::int64_t count = std::min(columns_at_once, c - first);
      const auto sums = tree.sum<Columns<T>>([&](std::int64_t begin, std::int64_t end) {
        return sum_columns(args.x + image * b * c + first, begin * rows, end * rows, c, count);
      });
      std::copy_n(sums.at, count, args.y + image * c + first);
    });
  }
  const std::int64_t grain = std::max<std::int64_t>(1, elementwise_grain / std::max<std::int64_t>(1, b * d));
  parallel_ranges(a * c, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      args.y[i] = tree.sum<T>([&](std::int64_t first, std::int64_t last) {
        double total = 0;
        for (std::int64_t k = first * rows; k < last * rows; ++k)
          total += row_sum(args.x + ((i / c * b + k) * c + i % c) * d, d);
        return static_cast<T>(total);
      });
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
