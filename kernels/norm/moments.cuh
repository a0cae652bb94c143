// What every norm kernel is made of: elements held in registers, their moments, and x̂.
//
// NUMERICS  A mean of 1e4 is not a float. Moments therefore come from two passes over the registers: one for
//           a guess of the mean, one around the guess, which also tells how far off it was (the corrected
//           two-pass algorithm). Passes add in T, at most 32 values a thread and then a tree; what follows is
//           double. x̂ takes the mean in two halves, the nearest T and the rest: x − mean is then as exact as
//           x.
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
  double count, mean, squares;

  /// Takes in other elements (Chan, Golub, LeVeque 1979).
  __device__ __forceinline__ void merge(const Moments& other) {
    if (other.count == 0) return;
    const double total = count + other.count, delta = other.mean - mean;
    squares += other.squares + delta * delta * count * (other.count / total);
    mean += delta * (other.count / total);
    count = total;
  }
  __device__ __forceinline__ double rstd(double eps) const { return 1 / sqrt(squares / count + eps); }
};

/// The mean and rstd of a set as kernels use them on elements.
template <class T>
struct Statistics {
  T mean, rest, rstd;  ///< mean + rest is the mean

  __device__ __forceinline__ Statistics(double mean_, double rstd_)
      : mean(static_cast<T>(mean_)), rest(static_cast<T>(mean_ - mean)), rstd(static_cast<T>(rstd_)) {}
  __device__ __forceinline__ T xhat(T x) const { return ((x - mean) - rest) * rstd; }
};

/// Calls f(i) for the first element i of every pack of this thread among the team's first m elements. Thread
/// r takes packs r, r + size, …:
///
///     x  │ 0 │ 1 │ 2 │ … │ size−1 │ size │ size+1 │ …        pack k of thread r is number k·size + r
template <int Width, class Team, class F>
__device__ __forceinline__ void for_packs(const Team& team, unsigned m, F&& f) {
#pragma unroll 2
  for (unsigned i = team.rank() * Width; i < m; i += team.size() * Width) f(i);
}

/// The same packs in registers, `held_bytes` a thread at most.
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

  /// The moments of all elements of the team, in every thread. REQUIRES what team.sum does.
  template <class Team>
  __device__ __forceinline__ Moments moments(const Team& team, unsigned m) {
    T sum = 0;
    each(team, m, [&](const Pack<T, Width>& p, unsigned) {
      for (const T v : p.at) sum += v;
    });
    const T guess = team.sum(sum) / static_cast<T>(m);

    T offsets = 0, squares = 0;
    each(team, m, [&](const Pack<T, Width>& p, unsigned) {
      for (const T v : p.at) {
        const T delta = v - guess;
        offsets += delta;
        squares += delta * delta;
      }
    });
    const double count = m, offset = team.sum(offsets);
    return {count, guess + offset / count, max(0.0, team.sum(squares) - offset * offset / count)};
  }
};

}  // namespace norma::NORMA_EXECUTOR
