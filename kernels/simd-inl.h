// SIMD through Google Highway. A _cpu.cpp file is compiled once per instruction set (foreach_target.h
// includes it again and again) and the best one for this machine is chosen at run time:
//
//   #define HWY_TARGET_INCLUDE "kernels/activation/relu_cpu.cpp"
//   #include <hwy/foreach_target.h>
//   #include "kernels/simd-inl.h"
//
//   HWY_BEFORE_NAMESPACE();
//   namespace norma::cpu::HWY_NAMESPACE {
//   template <class T> void relu_forward(const ReluForward<T>& a) { … }   // once, for vectors of any length
//   NORMA_SIMD_INSTANTIATE(relu_forward, ReluForward)
//   }
//   HWY_AFTER_NAMESPACE();
//   #if HWY_ONCE
//   namespace norma::cpu { NORMA_SIMD_EXPORT(relu_forward, ReluForward) }
//   #endif
//
// A lambda handed to parallel_for in such a file says HWY_ATTR before its body.

#ifndef NORMA_SIMD_ONCE
#define NORMA_SIMD_ONCE

#include "core/dtype.h"

#define NORMA_SIMD_INSTANTIATE(operation, Args) NORMA_FLOAT_TYPES(NORMA_SIMD_INSTANTIATE_FOR, operation, Args)
#define NORMA_SIMD_INSTANTIATE_FOR(T, operation, Args) \
  [[maybe_unused]] void operation##_##T(const Args<T>& a) { operation<T>(a); }

#define NORMA_SIMD_EXPORT(operation, Args) NORMA_FLOAT_TYPES(NORMA_SIMD_EXPORT_FOR, operation, Args)
#define NORMA_SIMD_EXPORT_FOR(T, operation, Args) \
  HWY_EXPORT(operation##_##T);                    \
  template <>                                     \
  void operation(const Args<T>& a) {              \
    HWY_DYNAMIC_DISPATCH(operation##_##T)(a);     \
  }

#endif  // NORMA_SIMD_ONCE

// Per-target part: included once per instruction set.
#if defined(NORMA_SIMD_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_SIMD_INL
#undef NORMA_SIMD_INL
#else
#define NORMA_SIMD_INL
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Applies `vector(d, i)` to whole vectors of [0, count) and `tail(d, i, n)` to the n < Lanes elements left.
template <class D, class Vector, class Tail>
HWY_INLINE void for_vectors(D d, std::int64_t count, Vector&& vector, Tail&& tail) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) vector(i);
  if (i < count) tail(i, static_cast<std::size_t>(count - i));
}

// The first n of the lanes at p, zero elsewhere; never touches memory beyond them. On instruction sets
// without masked operations, Highway's do touch it, and need aligned memory.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_first(D d, std::size_t n, const T* p) {
  return hn::MaskedLoad(hn::FirstN(d, n), d, p);
}
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_first(D d, std::size_t n, hn::Vec<D> v, T* p) {
  hn::BlendedStore(v, hn::FirstN(d, n), d, p);
}
#else
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_first(D d, std::size_t n, const T* p) {
  HWY_ALIGN T lanes[hn::MaxLanes(D())] = {};
  for (std::size_t i = 0; i < n; ++i) lanes[i] = p[i];
  return hn::Load(d, lanes);
}
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_first(D d, std::size_t n, hn::Vec<D> v, T* p) {
  HWY_ALIGN T lanes[hn::MaxLanes(D())];
  hn::Store(v, d, lanes);
  for (std::size_t i = 0; i < n; ++i) p[i] = lanes[i];
}
#endif

// Lanes of a run that a pass looks at together: a whole vector, or what is left at the end of the run.
template <class D, class T = hn::TFromD<D>>
struct WholeVector {
  D d;
  std::int64_t i;
  HWY_INLINE hn::Vec<D> load(const T* p) const { return hn::LoadU(d, p + i); }
  HWY_INLINE void store(hn::Vec<D> v, T* p) const { hn::StoreU(v, d, p + i); }
  HWY_INLINE hn::Vec<D> mask(hn::Vec<D> v) const { return v; }
};
template <class D, class T = hn::TFromD<D>>
struct FirstLanes {
  D d;
  std::int64_t i;
  std::size_t n;
  HWY_INLINE hn::Vec<D> load(const T* p) const { return load_first(d, n, p + i); }
  HWY_INLINE void store(hn::Vec<D> v, T* p) const { store_first(d, n, v, p + i); }
  HWY_INLINE hn::Vec<D> mask(hn::Vec<D> v) const { return hn::IfThenElseZero(hn::FirstN(d, n), v); }
};

// The same pass for both: calls pass(at), where at.load(x) and at.store(v, y) are at the same place of any
// array.
template <class D, class Pass>
HWY_INLINE void for_lanes(D d, std::int64_t count, Pass&& pass) {
  for_vectors(
      d, count,
      [&](std::int64_t i) HWY_ATTR {
        pass(WholeVector<D>{d, i});
      },
      [&](std::int64_t i, std::size_t n) HWY_ATTR {
        pass(FirstLanes<D>{d, i, n});
      });
}

// The same for a pass that may be done twice at the same place: the last whole vector ends where the run
// does, and repeats a part of the one before it. Masked stores are slow on some processors.
template <class D, class Pass>
HWY_INLINE void for_lanes_repeating(D d, std::int64_t count, Pass&& pass) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  if (count < lanes) return for_lanes(d, count, pass);
  for (std::int64_t i = 0; i < count; i += lanes) pass(WholeVector<D>{d, std::min(i, count - lanes)});
}

// A store first reads the memory that it overwrites. For arrays that no cache keeps until they are read
// again, this copies past the caches; end_streams() comes before other threads may read them.
template <class T>
HWY_INLINE void stream(const T* from, T* to, std::int64_t count) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i < count && reinterpret_cast<std::uintptr_t>(to + i) % (sizeof(T) * hn::Lanes(d)) != 0; ++i)
    to[i] = from[i];
  for (; i + lanes <= count; i += lanes) hn::Stream(hn::LoadU(d, from + i), d, to + i);
  for (; i < count; ++i) to[i] = from[i];
}
inline void end_streams() { hwy::FlushStream(); }
constexpr double bytes_beyond_caches = 32e6;

template <class D>
HWY_INLINE hn::TFromD<D> sum_lanes(D d, hn::Vec<D> v) {
  return hn::GetLane(hn::SumOfLanes(d, v));
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
