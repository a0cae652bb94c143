// What the CPU norms are made of: passes over a *run*, elements that lie side by side in memory (the H×W
// plane of a channel, or a whole row) and share a mean. A set is one run or several; its moments are merged
// from theirs. Every pass exists once, for any vector length.
//
// Numerics. Within a chunk of 4096 elements (in cache) lanes add up in T; chunks and runs are merged in
// double and in order. A mean of 1e4 is not a float: runs subtract its rounded part from x, exactly, and put
// the rest into the additive term, so that a deviation of 1 beside it keeps all the digits that x has.

#ifndef NORMA_NORM_RUN_ONCE
#define NORMA_NORM_RUN_ONCE

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace norma::cpu {

/// Count, mean and Σ(x − mean)² of some elements.
struct Moments {
  double count = 0, mean = 0, squares = 0;

  double variance() const { return squares / count; }  // biased

  /// Takes in other elements (Chan, Golub, LeVeque 1979).
  void merge(const Moments& other) {
    const double total = count + other.count, delta = other.mean - mean;
    squares += other.squares + delta * delta * count * other.count / total;
    mean += delta * other.count / total;
    count = total;
  }
};

/// Σ dy and Σ dy·(x − mean): all that a norm's backward needs to know of a run.
struct BackwardSums {
  double dy = 0, dy_centered = 0;
};

/// Sets (or runs) that one piece of a parallel loop takes: enough for about 16 Ki elements.
inline std::int64_t runs_per_piece(std::int64_t run) { return std::max<std::int64_t>(1, (1 << 14) / run); }

}  // namespace norma::cpu

#endif  // NORMA_NORM_RUN_ONCE

#if defined(NORMA_NORM_RUN_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_NORM_RUN_INL
#undef NORMA_NORM_RUN_INL
#else
#define NORMA_NORM_RUN_INL
#endif

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

constexpr std::int64_t run_chunk = 4096;

// Moments of at most run_chunk elements: a first pass for a mean, a second around it, which also tells how
// far off the first mean was (the corrected two-pass algorithm).
template <class T>
Moments chunk_moments(const T* x, std::int64_t m) {
  const hn::ScalableTag<T> d;
  auto sum = hn::Zero(d);
  for_vectors(
      d, m, [&](std::int64_t i) HWY_ATTR { sum = hn::Add(sum, hn::LoadU(d, x + i)); },
      [&](std::int64_t i, std::size_t n) HWY_ATTR { sum = hn::Add(sum, load_first(d, n, x + i)); });
  const T guess = sum_lanes(d, sum) / static_cast<T>(m);

  const auto center = hn::Set(d, guess);
  auto offsets = hn::Zero(d), squares = hn::Zero(d);
  const auto add = [&](auto delta) HWY_ATTR {
    offsets = hn::Add(offsets, delta);
    squares = hn::MulAdd(delta, delta, squares);
  };
  for_vectors(
      d, m, [&](std::int64_t i) HWY_ATTR { add(hn::Sub(hn::LoadU(d, x + i), center)); },
      [&](std::int64_t i, std::size_t n)
          HWY_ATTR { add(hn::IfThenElseZero(hn::FirstN(d, n), hn::Sub(load_first(d, n, x + i), center))); });
  const double count = static_cast<double>(m), offset = sum_lanes(d, offsets);
  return {count, guess + offset / count, std::max(0.0, sum_lanes(d, squares) - offset * offset / count)};
}

template <class T>
Moments run_moments(const T* x, std::int64_t m) {
  Moments all = chunk_moments(x, std::min(m, run_chunk));
  for (std::int64_t i = run_chunk; i < m; i += run_chunk)
    all.merge(chunk_moments(x + i, std::min(m - i, run_chunk)));
  return all;
}

// y = (x − mean)·scale + shift
template <class T>
void run_affine(const T* x, std::int64_t m, double mean, double scale, double shift, T* y) {
  const hn::ScalableTag<T> d;
  const T rounded = static_cast<T>(mean);
  const auto center = hn::Set(d, rounded), factor = hn::Set(d, static_cast<T>(scale));
  const auto term = hn::Set(d, static_cast<T>(shift - (mean - rounded) * scale));
  const auto map = [&](auto v) HWY_ATTR { return hn::MulAdd(hn::Sub(v, center), factor, term); };
  for_vectors(
      d, m, [&](std::int64_t i) HWY_ATTR { hn::StoreU(map(hn::LoadU(d, x + i)), d, y + i); },
      [&](std::int64_t i, std::size_t n)
          HWY_ATTR { store_first(d, n, map(load_first(d, n, x + i)), y + i); });
}

template <class T>
BackwardSums chunk_backward_sums(const T* dy, const T* x, std::int64_t m, double mean) {
  const hn::ScalableTag<T> d;
  const T rounded = static_cast<T>(mean);
  const auto center = hn::Set(d, rounded);
  auto sum = hn::Zero(d), product = hn::Zero(d);
  const auto add = [&](auto g, auto v) HWY_ATTR {
    sum = hn::Add(sum, g);
    product = hn::MulAdd(g, hn::Sub(v, center), product);
  };
  for_vectors(
      d, m, [&](std::int64_t i) HWY_ATTR { add(hn::LoadU(d, dy + i), hn::LoadU(d, x + i)); },
      [&](std::int64_t i, std::size_t n)
          HWY_ATTR { add(load_first(d, n, dy + i), load_first(d, n, x + i)); });
  const double total = sum_lanes(d, sum);
  return {total, sum_lanes(d, product) - (mean - rounded) * total};
}

template <class T>
BackwardSums run_backward_sums(const T* dy, const T* x, std::int64_t m, double mean) {
  BackwardSums all;
  for (std::int64_t i = 0; i < m; i += run_chunk) {
    const BackwardSums chunk = chunk_backward_sums(dy + i, x + i, std::min(m - i, run_chunk), mean);
    all.dy += chunk.dy;
    all.dy_centered += chunk.dy_centered;
  }
  return all;
}

// dx = a·dy + b·(x − mean) + c
template <class T>
void run_backward(const T* dy, const T* x, std::int64_t m, double mean, double a, double b, double c, T* dx) {
  const hn::ScalableTag<T> d;
  const T rounded = static_cast<T>(mean);
  const auto center = hn::Set(d, rounded), from_dy = hn::Set(d, static_cast<T>(a));
  const auto from_x = hn::Set(d, static_cast<T>(b)),
             term = hn::Set(d, static_cast<T>(c - (mean - rounded) * b));
  const auto map = [&](auto g, auto v) HWY_ATTR {
    return hn::MulAdd(from_dy, g, hn::MulAdd(from_x, hn::Sub(v, center), term));
  };
  for_vectors(
      d, m,
      [&](std::int64_t i) HWY_ATTR { hn::StoreU(map(hn::LoadU(d, dy + i), hn::LoadU(d, x + i)), d, dx + i); },
      [&](std::int64_t i, std::size_t n)
          HWY_ATTR { store_first(d, n, map(load_first(d, n, dy + i), load_first(d, n, x + i)), dx + i); });
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
