// What every norm kernel is made of: elements held in registers, their moments, and x̂.
//
// NUMERICS  A mean of 1e4 is not a float. Moments therefore come from two passes over the registers: one for
//           a guess of the mean, one around the guess, which also tells how far off it was (the corrected
//           two-pass algorithm). Passes add in T, at most 32 values per thread and then a tree; what follows
//           is double, in one thread of the team. x̂ takes the mean in two halves, the nearest T and the
//           rest: x − mean is then as exact as x.
#pragma once

#include "kernels/cuda/pack.cuh"
#include "kernels/norm/variant.h"

namespace norma::NORMA_EXECUTOR {

/// What a pack of a run is to be multiplied with, or shifted by: `otherwise` where there are no parameters.
template <int Width, class T, class Layout>
__device__ __forceinline__ Pack<T, Width> load_affine(const T* parameters, const Layout& layout, unsigned run,
                                                      unsigned i, T otherwise) {
  if constexpr (Layout::affine_an_element)
    if (parameters != nullptr) return load_pack<Width>(parameters + layout.affine(run, i));
  const T one = parameters != nullptr ? parameters[layout.affine(run, i)] : otherwise;
  Pack<T, Width> all;
  for (T& v : all.at) v = one;
  return all;
}

/// Count, mean and Σ(x − mean)² of some elements; {} for none.
struct Moments {
  stat_t count, mean, squares;

  /// Takes in other elements (Chan, Golub, LeVeque 1979).
  __device__ __forceinline__ void merge(const Moments& other) {
    if (other.count == 0) return;
    const stat_t total = count + other.count, delta = other.mean - mean;
    squares += other.squares + delta * delta * count * (other.count / total);
    mean += delta * (other.count / total);
    count = total;
  }
  __device__ __forceinline__ stat_t rstd(double eps) const { return 1 / sqrt(squares / count + eps); }
};

/// Sums of some elements x around a guess of their mean, added in T.
template <class T>
struct SumsAroundGuess {
  acc_t<T> guess, offsets, squares;  ///< Σ(x − guess), Σ(x − guess)²

  /// In double, which few GPUs do fast: one thread of a team calls it.
  __device__ __forceinline__ Moments moments(unsigned m) const {
    const stat_t count = m, offset = offsets;
    return {count, guess + offset / count, max(0.0, squares - offset * offset / count)};
  }
};

/// The mean and rstd of a set as kernels use them on elements.
template <class T>
struct Statistics {
  acc_t<T> mean, rest, rstd;  ///< mean + rest is the mean

  /// Those that the first thread of a team has.
  template <class Team>
  static __device__ __forceinline__ Statistics from_first(const Team& team, const Statistics& own) {
    acc_t<T> values[] = {own.mean, own.rest, own.rstd};
    team.take_from_first(values);
    Statistics all = own;
    all.mean = values[0], all.rest = values[1], all.rstd = values[2];
    return all;
  }

  __device__ __forceinline__ Statistics(stat_t mean_, stat_t rstd_)
      : mean(static_cast<acc_t<T>>(mean_)),
        rest(static_cast<acc_t<T>>(mean_ - mean)),
        rstd(static_cast<acc_t<T>>(rstd_)) {}
  __device__ __forceinline__ acc_t<T> xhat(acc_t<T> x) const { return ((x - mean) - rest) * rstd; }
  template <int Width>
  __device__ __forceinline__ Pack<acc_t<T>, Width> xhat(const Pack<T, Width>& x) const {
    Pack<acc_t<T>, Width> all;
    for (int e = 0; e < Width; ++e) all.at[e] = xhat(x.at[e]);
    return all;
  }
};

/// z = x̂·weight + bias of a pack at element i of a run, with the weight and the bias of `a`.
template <int Width, class T, class Arguments, class Layout>
__device__ __forceinline__ Pack<T, Width> affine(const Pack<acc_t<T>, Width>& xhat, const Arguments& a,
                                                 const Layout& layout, unsigned run, unsigned i) {
  const auto weight = load_affine<Width>(a.weight, layout, run, i, T{1});
  const auto bias = load_affine<Width>(a.bias, layout, run, i, T{0});
  Pack<T, Width> z;
  for (int e = 0; e < Width; ++e) z.at[e] = static_cast<T>(xhat.at[e] * weight.at[e] + bias.at[e]);
  return z;
}

/// Calls f(i) for the first element i of every pack of this thread among the team's first m elements. Thread
/// r takes packs r, r + size, …:
///
///     x  │ 0 │ 1 │ 2 │ … │ size−1 │ size │ size+1 │ …        pack k of thread r is number k·size + r
template <int Width, class Team, class F>
__device__ __forceinline__ void for_packs(const Team& team, unsigned m, F&& f) {
#pragma unroll 2
  for (unsigned i = team.rank() * Width; i < m; i += team.size() * Width) f(i);
}

/// The same packs in registers, at most `held_bytes` per thread.
template <class T, int Width>
struct Held {
  static constexpr unsigned packs = norm::held_bytes / sizeof(T) / Width;
  Pack<T, Width> pack[packs];

  /// Calls f(pack, index of its first element) for every pack of this thread.
  template <class Team, class F>
  __device__ __forceinline__ void each(const Team& team, unsigned m, F&& f) {
#pragma unroll
    for (unsigned k = 0; k < packs; ++k) {
      const unsigned i = (k * team.size() + team.rank()) * Width;
      if (i >= m) return;
      f(pack[k], i);
    }
  }

  template <class Team>
  __device__ __forceinline__ void read(const Team& team, const T* x, unsigned m) {
    each(team, m, [&](Pack<T, Width>& p, unsigned i) { p = load_pack<Width>(x + i); });
  }

  /// The sums of all elements of the team, in every thread. REQUIRES what team.sum does.
  template <class Team>
  __device__ __forceinline__ SumsAroundGuess<T> sums(const Team& team, unsigned m) {
    acc_t<T> sum = 0;
    each(team, m, [&](const Pack<T, Width>& p, unsigned) {
      for (const T v : p.at) sum += v;
    });
    const acc_t<T> guess = team.sum(sum) / static_cast<acc_t<T>>(m);

    acc_t<T> offsets = 0, squares = 0;
    each(team, m, [&](const Pack<T, Width>& p, unsigned) {
      for (const T v : p.at) {
        const acc_t<T> delta = v - guess;
        offsets += delta;
        squares += delta * delta;
      }
    });
    offsets = team.sum(offsets);
    return {guess, offsets, team.sum(squares)};
  }
};

}  // namespace norma::NORMA_EXECUTOR
