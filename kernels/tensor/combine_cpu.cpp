// A function of two elements on the CPU. Plain loops; the compiler's vectors run along D, where v is one
// number, or along C if D is 1.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/tensor/combine_math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tensor/combine_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// `step` is 0 where v is one number for the whole row.
template <CombineFunction f, int step, class T>
void combine_row(const T* x, const T* v, T* y, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = combination::value<f>(f == CombineFunction::second ? T{0} : x[i], v[step * i]);
}

template <CombineFunction f, class T>
void combine_all(const Combine<T>& args) {
  const std::int64_t b = args.repeat.b, c = args.repeat.c,
                     d = args.repeat.d;  // Clang 16 cannot capture parts
  const auto x_at = [&](std::int64_t i) { return f == CombineFunction::second ? nullptr : args.x + i; };
  if (d == 1 && args.repeat.a * b == 1)
    return parallel_ranges(c, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
      combine_row<f, 1>(x_at(begin), args.v + begin, args.y + begin, end - begin);
    });
  const std::int64_t row = d == 1 ? c : d, rows = args.repeat.large() / std::max<std::int64_t>(row, 1);
  parallel_ranges(rows, std::max<std::int64_t>(1, elementwise_grain / row),
                  [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t r = begin; r < end; ++r) {
                      const std::int64_t first = r * row;
                      if (d == 1)
                        combine_row<f, 1>(x_at(first), args.v + r / b * c, args.y + first, row);
                      else
                        combine_row<f, 0>(x_at(first), args.v + r / (b * c) * c + r % c, args.y + first, row);
                    }
                  });
}

template <class T>
void combine(const Combine<T>& args) {
  if (args.repeat.large() > 0)
    combination::with_function(args.function, [&](auto f) { combine_all<f()>(args); });
}

NORMA_SIMD_INSTANTIATE(combine, Combine)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(combine, Combine)
}  // namespace norma::cpu
#endif
