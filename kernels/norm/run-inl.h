// What the CPU norms are made of: passes over a *run*, elements that lie side by side in memory (the H×W
// plane of a channel, or a whole row) and share a mean. A set is one run or several; its moments are merged
// from theirs. Every pass exists once, for any vector length.
//
// Numerics. Within a chunk of 4096 elements (in cache) lanes add up in T; chunks and runs are merged in
// double and in order. A mean of 1e4 is not a float: runs subtract its rounded part from x, exactly, and put
// the rest into the additive term, so that a deviation of 1 beside it keeps all the digits that x has.
//
// An epilogue (kernels/norm/epilogue.h) happens in registers, between a pass's load and its sum or store.

#ifndef NORMA_NORM_RUN_ONCE
#define NORMA_NORM_RUN_ONCE

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/dtype.h"
#include "core/image_tree.h"
#include "kernels/norm/epilogue.h"
#include "kernels/scratch.h"

namespace norma::cpu {

/// Count, mean and Σ(x − mean)² of some elements.
struct Moments {
  stat_t count = 0, mean = 0, squares = 0;

  stat_t variance() const { return squares / count; }  // biased

  /// Takes in other elements (Chan, Golub, LeVeque 1979).
  void operator+=(const Moments& other) {
    const stat_t total = count + other.count, delta = other.mean - mean;
    squares += other.squares + delta * delta * count * other.count / total;
    mean += delta * other.count / total;
    count = total;
  }
};

/// Σ dz and Σ dz·(x − mean): all that a norm's backward needs to know of a run. dz is dy or, with an
/// epilogue, the gradient that it passes on.
struct BackwardSums {
  stat_t dz = 0, dz_centered = 0;

  void operator+=(const BackwardSums& other) {
    dz += other.dz;
    dz_centered += other.dz_centered;
  }
};

/// dweight[c] = Σ dz·x̂ and dbias[c] = Σ dz over the images; of(n) returns the two sums of image n. Each
/// leaf of the tree is rounded to T, because ranks add tensors.
template <class T, class Of>
void store_affine_gradients(const ImageTree& tree, std::int64_t c, T* dweight, T* dbias, Of&& of) {
  struct Pair {
    T weight, bias;
    void operator+=(const Pair& other) {
      weight += other.weight;
      bias += other.bias;
    }
  };
  if (dweight == nullptr && dbias == nullptr) return;
  const Pair sum = tree.sum<Pair>([&](std::int64_t begin, std::int64_t end) {
    stat_t weight = 0, bias = 0;
    for (std::int64_t n = begin; n < end; ++n) {
      const auto [dz_xhat, dz] = of(n);
      weight += dz_xhat;
      bias += dz;
    }
    return Pair{static_cast<T>(weight), static_cast<T>(bias)};
  });
  if (dweight) dweight[c] = sum.weight;
  if (dbias) dbias[c] = sum.bias;
}

/// What a norm does to one run: z = (x − mean)·scale + shift, and y is z, or max(z, 0)·factor.
struct Run {
  stat_t mean, scale, shift;
  bool relu = false;
  double factor = 1;
};

/// The dropout factors of all planes, drawn once for all passes, four per Philox block.
class Factors {
 public:
  Factors(const Epilogue& after, std::int64_t planes) : factors_(after.relu ? planes : 0) {
    const double kept = dropout_scale(after.p);
    for (std::int64_t i = 0; after.relu && i < planes;) {
      const std::int64_t number = after.first + i;
      const auto words = after.random.now().block(static_cast<std::uint64_t>(number / 4));
      for (std::int64_t k = number % 4; k < 4 && i < planes; ++k, ++i)
        factors_[i] = RandomSequence::to_uniform(words[static_cast<std::size_t>(k)]) >= after.p ? kept : 0;
    }
    relu_ = after.relu;
  }
  Run run(std::int64_t plane, stat_t mean, stat_t scale, stat_t shift) const {
    return {mean, scale, shift, relu_, relu_ ? factors_[plane] : 1};
  }

 private:
  Scratch<double> factors_;
  bool relu_;
};

/// Parameters that may be left out.
template <class Args>
double weight_of(const Args& a, std::int64_t i) {
  return a.weight ? a.weight[i] : 1;
}
template <class Args>
double bias_of(const Args& a, std::int64_t i) {
  return a.bias ? a.bias[i] : 0;
}

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
  for_lanes(d, m, [&](auto at) HWY_ATTR { sum = hn::Add(sum, at.load(x)); });
  const T guess = sum_lanes(d, sum) / static_cast<T>(m);

  const auto center = hn::Set(d, guess);
  auto offsets = hn::Zero(d), squares = hn::Zero(d);
  for_lanes(d, m, [&](auto at) HWY_ATTR {
    const auto delta = at.mask(hn::Sub(at.load(x), center));
    offsets = hn::Add(offsets, delta);
    squares = hn::MulAdd(delta, delta, squares);
  });
  const double count = static_cast<double>(m), offset = sum_lanes(d, offsets);
  return {count, guess + offset / count, std::max(0.0, sum_lanes(d, squares) - offset * offset / count)};
}

template <class T>
Moments run_moments(const T* x, std::int64_t m) {
  Moments all = chunk_moments(x, std::min(m, run_chunk));
  for (std::int64_t i = run_chunk; i < m; i += run_chunk)
    all += chunk_moments(x + i, std::min(m - i, run_chunk));
  return all;
}

// z = (x − mean)·scale + shift in T. Backward asks for its sign, so that both must compute the same bits.
template <class T>
struct Affine {
  T center, scale, term;

  explicit Affine(const Run& run)
      : center(static_cast<T>(run.mean)),
        scale(static_cast<T>(run.scale)),
        term(static_cast<T>(run.shift - (run.mean - center) * run.scale)) {}

  template <class D>
  HWY_INLINE hn::Vec<D> operator()(D d, hn::Vec<D> x) const {
    return hn::MulAdd(hn::Sub(x, hn::Set(d, center)), hn::Set(d, scale), hn::Set(d, term));
  }
};

// The epilogue of a plane that is not dropped. NaN passes ReLU.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> relu_times(D d, hn::Vec<D> z, T factor) {
  return hn::Mul(hn::IfThenZeroElse(hn::Lt(z, hn::Zero(d)), z), hn::Set(d, factor));
}
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> relu_times_gradient(D d, hn::Vec<D> z, hn::Vec<D> dy, T factor) {
  return hn::IfThenElseZero(hn::Gt(z, hn::Zero(d)), hn::Mul(dy, hn::Set(d, factor)));
}

// y = (x − mean)·scale + shift, and what follows.
template <class T>
void run_affine(const T* x, std::int64_t m, const Run& run, T* y) {
  const hn::ScalableTag<T> d;
  const Affine<T> z(run);
  const T factor = static_cast<T>(run.factor);
  if (factor == 0)
    std::fill_n(y, m, T{0});
  else if (run.relu)
    for_lanes(d, m, [&](auto at) HWY_ATTR { at.store(relu_times(d, z(d, at.load(x)), factor), y); });
  else
    for_lanes(d, m, [&](auto at) HWY_ATTR { at.store(z(d, at.load(x)), y); });
}

// Calls pass(dz), where dz(dy, x) is the gradient by z.
template <class T, class Pass>
HWY_INLINE auto with_gradient(const Run& run, Pass&& pass) {
  const hn::ScalableTag<T> d;
  const Affine<T> z(run);
  const T factor = static_cast<T>(run.factor);
  if (factor == 0) return pass([&](auto, auto) HWY_ATTR { return hn::Zero(d); });
  if (!run.relu) return pass([](auto dy, auto) HWY_ATTR { return dy; });
  return pass([&](auto dy, auto x) HWY_ATTR { return relu_times_gradient(d, z(d, x), dy, factor); });
}

template <class T>
BackwardSums chunk_backward_sums(const T* dy, const T* x, std::int64_t m, const Run& run) {
  const hn::ScalableTag<T> d;
  const T rounded = static_cast<T>(run.mean);
  const auto center = hn::Set(d, rounded);
  auto sum = hn::Zero(d), product = hn::Zero(d);
  with_gradient<T>(run, [&](auto dz) HWY_ATTR {
    for_lanes(d, m, [&](auto at) HWY_ATTR {
      const auto v = at.load(x), g = dz(at.load(dy), v);
      sum = hn::Add(sum, g);
      product = hn::MulAdd(g, hn::Sub(v, center), product);
    });
  });
  const stat_t total = sum_lanes(d, sum);
  return {total, sum_lanes(d, product) - (run.mean - rounded) * total};
}

template <class T>
BackwardSums run_backward_sums(const T* dy, const T* x, std::int64_t m, const Run& run) {
  BackwardSums all;
  if (run.factor == 0) return all;
  for (std::int64_t i = 0; i < m; i += run_chunk)
    all += chunk_backward_sums(dy + i, x + i, std::min(m - i, run_chunk), run);
  return all;
}

// dx = a·dz + b·(x − mean) + c
template <class T>
void run_backward(const T* dy, const T* x, std::int64_t m, const Run& run, double a, double b, double c,
                  T* dx) {
  const hn::ScalableTag<T> d;
  const T rounded = static_cast<T>(run.mean);
  const auto center = hn::Set(d, rounded), from_dz = hn::Set(d, static_cast<T>(a));
  const auto from_x = hn::Set(d, static_cast<T>(b)),
             term = hn::Set(d, static_cast<T>(c - (run.mean - rounded) * b));
  with_gradient<T>(run, [&](auto dz) HWY_ATTR {
    for_lanes(d, m, [&](auto at) HWY_ATTR {
      const auto v = at.load(x);
      at.store(hn::MulAdd(from_dz, dz(at.load(dy), v), hn::MulAdd(from_x, hn::Sub(v, center), term)), dx);
    });
  });
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
