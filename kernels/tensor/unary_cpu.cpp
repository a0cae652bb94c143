// A function of each element on the CPU, in vectors. Exponentials are Highway's, which are exact to about one
// unit of the last place.
#include <cmath>
#include <limits>

#include "core/parallel.h"
#include "kernels/tensor/unary_math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tensor/unary_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// Highway's functions do not promise to pass NaN on, nor what they give where the result is infinite.
template <class V>
HWY_INLINE V keep_nan(V x, V y) {
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

template <class D, class V, class T = hn::TFromD<D>>
HWY_INLINE V exponential(D d, V x) {
  const V largest = hn::Set(d, std::log(std::numeric_limits<T>::max()));
  const V y = hn::Exp(d, hn::Min(x, largest));
  return keep_nan(x, hn::IfThenElse(hn::Gt(x, largest), hn::Inf(d), y));
}

template <class D, class V, class T = hn::TFromD<D>>
HWY_INLINE V logarithm(D d, V x) {
  const V zero = hn::Zero(d), nan = hn::NaN(d);
  V y = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(hn::Inf(d)), hn::Log(d, x));
  y = hn::IfThenElse(hn::Eq(x, hn::Inf(d)), x, y);
  return keep_nan(x, hn::IfThenElse(hn::Lt(x, zero), nan, y));
}

template <UnaryFunction function, class D, class V>
HWY_INLINE V value(D d, V u) {
  const V one = hn::Set(d, 1);
  if constexpr (function == UnaryFunction::identity) return u;
  if constexpr (function == UnaryFunction::square) return hn::Mul(u, u);
  if constexpr (function == UnaryFunction::sqrt) return hn::Sqrt(u);
  if constexpr (function == UnaryFunction::rsqrt) return hn::Div(one, hn::Sqrt(u));
  if constexpr (function == UnaryFunction::reciprocal) return hn::Div(one, u);
  if constexpr (function == UnaryFunction::exp) return exponential(d, u);
  if constexpr (function == UnaryFunction::log) return logarithm(d, u);
  if constexpr (function == UnaryFunction::sigmoid)
    return hn::Div(one, hn::Add(one, exponential(d, hn::Neg(u))));
  if constexpr (function == UnaryFunction::tanh) return keep_nan(u, hn::Tanh(d, u));
}

template <UnaryFunction function, class D, class V>
HWY_INLINE V derivative(D d, V u) {
  const V one = hn::Set(d, 1), y = value<function>(d, u);
  if constexpr (function == UnaryFunction::identity) return one;
  if constexpr (function == UnaryFunction::square) return hn::Add(u, u);
  if constexpr (function == UnaryFunction::sqrt) return hn::Div(hn::Set(d, 0.5), y);
  if constexpr (function == UnaryFunction::rsqrt) return hn::Div(hn::Mul(hn::Set(d, -0.5), y), u);
  if constexpr (function == UnaryFunction::reciprocal) return hn::Neg(hn::Mul(y, y));
  if constexpr (function == UnaryFunction::exp) return y;
  if constexpr (function == UnaryFunction::log) return hn::Div(one, u);
  if constexpr (function == UnaryFunction::sigmoid) return hn::Mul(y, hn::Sub(one, y));
  if constexpr (function == UnaryFunction::tanh) return hn::NegMulAdd(y, y, one);
}

template <class T>
void unary_forward(const UnaryForward<T>& a) {
  const hn::ScalableTag<T> d;
  const auto scale = hn::Set(d, static_cast<T>(a.scale)), shift = hn::Set(d, static_cast<T>(a.shift));
  unary::with_function(a.function, [&](auto f) {
    parallel_ranges(a.count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
      for_lanes(d, end - begin, [&](auto at) HWY_ATTR {
        at.store(value<f()>(d, hn::MulAdd(scale, at.load(a.x + begin), shift)), a.y + begin);
      });
    });
  });
}

template <class T>
void unary_backward(const UnaryBackward<T>& a) {
  const hn::ScalableTag<T> d;
  const auto scale = hn::Set(d, static_cast<T>(a.scale)), shift = hn::Set(d, static_cast<T>(a.shift));
  unary::with_function(a.function, [&](auto f) {
    parallel_ranges(a.count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
      for_lanes(d, end - begin, [&](auto at) HWY_ATTR {
        const auto slope = derivative<f()>(d, hn::MulAdd(scale, at.load(a.x + begin), shift));
        at.store(hn::Mul(at.load(a.dy + begin), hn::Mul(slope, scale)), a.dx + begin);
      });
    });
  });
}

NORMA_SIMD_INSTANTIATE(unary_forward, UnaryForward)
NORMA_SIMD_INSTANTIATE(unary_backward, UnaryBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(unary_forward, UnaryForward)
NORMA_SIMD_EXPORT(unary_backward, UnaryBackward)
}  // namespace norma::cpu
#endif
