// Passes over runs, the stretches of memory of which sets are made (layout.h). Where a set is several runs,
// or too large for a block, it takes three launches: partial sums of all pieces, sums of each set
// (columns.cuh), and the pass that needs them. These are the first and the last.
//
// MAPPING  all kernels here: a team of lanes per piece, a piece at most 4 KiB of a run (norm::piece_elements)
//
//          x        │  run 0  │  run 1  │  run 2  │ …         piece p of run r is team p·runs + r
//                   │ p0 │ p1 │ p0 │ p1 │ p0 │ p1 │
//                   └ team ┘                                  a short run takes 1, 2, 4, 8 or 16 lanes, and a
//          partial  │ p0 of all runs │ p1 of all runs │       warp then has several, side by side
//
// REQUIRES every thread stays to the end; those of teams beyond the last have no elements
#pragma once

#include "kernels/cuda/images.cuh"
#include "kernels/cuda/team.cuh"
#include "kernels/norm/epilogue.cuh"
#include "kernels/norm/layout.h"
#include "kernels/norm/moments.cuh"

namespace norma::NORMA_EXECUTOR {

struct Piece {
  unsigned run, first, count;  ///< elements [first, first + count) of a run
};

/// How runs are cut into pieces, and which team takes which.
struct Pieces {
  unsigned runs, length;  ///< runs of that many elements
  unsigned piece;         ///< elements of a piece, except a run's last
  unsigned pieces;        ///< of each run
  unsigned lanes;         ///< of a team

  unsigned teams() const { return runs * pieces; }
  LaunchConfig config(std::source_location where = std::source_location::current()) const {
    return {.grid = blocks_for_teams(teams(), lanes), .block = block_threads, .where = where};
  }
  __device__ __forceinline__ Piece of(unsigned team) const {
    if (team >= runs * pieces) return {0, 0, 0};
    const unsigned first = team / runs * piece;
    return {team % runs, first, min(length - first, piece)};
  }
  __device__ __forceinline__ long long offset(const Piece& p) const {
    return static_cast<long long>(p.run) * length + p.first;
  }
};

template <class T>
Pieces cut_runs(std::int64_t runs, std::int64_t length, int width) {
  const unsigned piece = norm::piece_elements<T>;
  const std::int64_t pieces = (length + piece - 1) / piece;
  norm::kernel_count(runs * pieces);
  return {norm::kernel_count(runs), norm::kernel_count(length), piece, static_cast<unsigned>(pieces),
          norm::lanes_for(length / width)};
}

template <class T>
struct Forward {
  const T* x;
  const T* weight;
  const T* bias;
  T* y;
  stat_t* mean;
  stat_t* rstd;
  double eps;
};

template <class T>
struct Backward {
  const T* dy;
  const T* x;
  const T* weight;
  const T* bias;  ///< the epilogue alone needs it
  const stat_t* mean;
  const stat_t* rstd;
  T* dx;
};

/// Σ g and Σ g·x̂, all that the backward pass of a norm needs to know of a set; {} for none.
template <class T>
struct alignas(2 * sizeof(T)) Sums {
  T g, g_xhat;

  __device__ __forceinline__ void merge(const Sums& other) { g += other.g, g_xhat += other.g_xhat; }
  __device__ __forceinline__ Sums over(T m) const { return {g / m, g_xhat / m}; }
};

/// What becomes of a sum down a column (kernels/cuda/columns.cuh). Column = set.
struct FinishStatistics {
  stat_t* mean;
  stat_t* rstd;
  double eps;
  __device__ __forceinline__ void operator()(unsigned, unsigned set, const Moments& sum) const {
    mean[set] = sum.mean;
    rstd[set] = sum.rstd(eps);
  }
};

/// The sums of a weight over the images (kernels/cuda/images.cuh): as they are, and rounded to T in each
/// leaf, as gradients.
template <class T>
struct GradientSums {
  Sums<stat_t> exact;
  Sums<T> rounded;

  template <class U>
  __device__ __forceinline__ void merge(const Sums<U>& rows) {
    exact.merge({rows.g, rows.g_xhat});
  }
  __device__ __forceinline__ void end_leaf() {
    rounded = {rounded_leaf<T>(exact.g), rounded_leaf<T>(exact.g_xhat)};
  }
  __device__ __forceinline__ void merge(const GradientSums& leaf) {
    exact.merge(leaf.exact);
    rounded.merge(leaf.rounded);
  }
};

/// Column = weight.
template <class T>
struct FinishAffine {
  T* dweight;
  T* dbias;
  __device__ __forceinline__ void operator()(unsigned, unsigned i, const GradientSums<T>& sum) const {
    if (dweight != nullptr) dweight[i] = sum.rounded.g_xhat;
    if (dbias != nullptr) dbias[i] = sum.rounded.g;
  }
};

/// The sums of planes, where an image has one row per piece of a plane, and one column per channel.
template <class Sum>
struct LoadPlanes {
  const Sum* partial;  ///< [pieces, images, columns]
  unsigned columns, images, pieces;

  LoadPlanes(const Sum* partial_, const Pieces& pieces_, unsigned columns_)
      : partial(partial_), columns(columns_), images(pieces_.runs / columns_), pieces(pieces_.pieces) {}
  __device__ __forceinline__ Sum operator()(unsigned row, unsigned column) const {
    const unsigned image = row / pieces, piece = row - image * pieces;
    return partial[(static_cast<long long>(piece) * images + image) * columns + column];
  }
};

/// finish(0, c, sum of the planes of channel c).
template <class Sum, class Load, class Finish>
void merge_planes(const LoadPlanes<Load>& planes, const Finish& finish,
                  std::source_location where = std::source_location::current()) {
  merge_images<Sum>(leaves_of(planes.images), planes.pieces, planes.columns, planes, finish, where);
}

/// Column = set of m elements: the means that run_dx needs.
struct FinishMeans {
  Sums<stat_t>* means;
  stat_t m;
  __device__ __forceinline__ void operator()(unsigned, unsigned set, const Sums<stat_t>& sum) const {
    means[set] = sum.over(m);
  }
};

// MATH     partial = count, mean, Σ(x − mean)² of a piece
// MEMORY   reads x once; writes 24 bytes per piece
// NUMERICS corrected two-pass in T within a piece (moments.cuh)
// COST     x 1.00 ×; 15 shuffles per thread; a write of Moments takes 1.5 sectors where 1 would do
template <class T, int Width>
__global__ void __launch_bounds__(block_threads) run_moments(const T* x, Pieces pieces, Moments* partial) {
  const Lanes team{pieces.lanes};
  const Piece piece = pieces.of(team.index());
  Held<T, Width> held;
  held.read(team, x + pieces.offset(piece), piece.count);
  const SumsAroundGuess<T> sums = held.sums(team, piece.count);
  if (piece.count != 0 && team.rank() == 0) {
    const Moments moments = sums.moments(piece.count);
    partial[team.index()] = moments;
  }
}

/// y of a pack at element i of a run.
template <class T, int Width, class Layout, class After>
__device__ __forceinline__ Pack<T, Width> normalized(const Pack<T, Width>& x, const Statistics<T>& s,
                                                     const Forward<T>& a, const Layout& layout,
                                                     const After& after, unsigned run, unsigned i) {
  return after.forward(affine<Width, T>(s.xhat(x), a, layout, run, i), layout, run, i);
}

// MATH     y = x̂·weight + bias, x̂ = (x − mean)·rstd, and what follows
// MEMORY   reads x, writes y; parameters and statistics from the caches
// NUMERICS the mean in two halves (moments.cuh)
// COST     x and y 1.00 ×, sectors the fewest
template <class T, int Width, class Layout, class After>
__global__ void __launch_bounds__(block_threads)
    run_normalize(Forward<T> a, Layout layout, Pieces pieces, After after) {
  const Lanes team{pieces.lanes};
  const Piece piece = pieces.of(team.index());
  if (piece.count == 0) return;
  const T* const __restrict__ x = a.x + pieces.offset(piece);
  T* const __restrict__ y = a.y + pieces.offset(piece);
  const unsigned set = layout.set(piece.run, 0);
  const Statistics<T> s(a.mean[set], a.rstd[set]);
  const auto& after_run = after.of_run(layout, piece.run);

  for_packs<Width>(team, piece.count, [&](unsigned i) {
    store_pack(y + i,
               normalized(load_pack<Width>(x + i), s, a, layout, after_run, piece.run, piece.first + i));
  });
}

// MATH     partial = Σ g and Σ g·x̂ of a piece; g = dz·weight where each element has a weight of its own,
//          else dz: then the weight comes when the sums of runs are put together
// MEMORY   reads dy and x once; writes 2 sums per piece
// NUMERICS in T within a piece: at most 32 values per thread, then a tree
// COST     dy and x 1.00 ×, sectors the fewest; 10 shuffles per thread
template <class T, int Width, class Layout, class After>
__global__ void __launch_bounds__(block_threads)
    run_backward_sums(Backward<T> a, Layout layout, Pieces pieces, After after, Sums<stat_t>* partial) {
  const Lanes team{pieces.lanes};
  const Piece piece = pieces.of(team.index());
  const auto statistics = [&](unsigned i) {
    const unsigned set = layout.set(piece.run, piece.first + i);
    return Statistics<T>(a.mean[set], a.rstd[set]);
  };
  const T* const dy = a.dy + pieces.offset(piece);
  const T* const x = a.x + pieces.offset(piece);

  const auto& after_run = after.of_run(layout, piece.run);
  acc_t<T> sum_g = 0, sum_g_xhat = 0;
  Statistics<T> s = statistics(0);
  for_packs<Width>(team, piece.count, [&](unsigned k) {
    const unsigned i = piece.first + k;
    const auto dy_pack = load_pack<Width>(dy + k), x_pack = load_pack<Width>(x + k);
    Pack<acc_t<T>, Width> xhat;
    for (int e = 0; e < Width; ++e) {
      if constexpr (Layout::set_an_element) s = statistics(k + static_cast<unsigned>(e));
      xhat.at[e] = s.xhat(x_pack.at[e]);
    }
    const auto z = [&] { return affine<Width, T>(xhat, a, layout, piece.run, i); };
    const Pack<T, Width> dz = after_run.backward(dy_pack, z, layout, piece.run, i);
    [[maybe_unused]] Pack<T, Width> weight;
    if constexpr (Layout::affine_an_element)
      weight = load_affine<Width>(a.weight, layout, piece.run, i, T{1});
    for (int e = 0; e < Width; ++e) {
      acc_t<T> g = dz.at[e];
      if constexpr (Layout::affine_an_element) g *= weight.at[e];
      sum_g += g;
      sum_g_xhat += g * xhat.at[e];
    }
  });
  const Sums<stat_t> sum{team.sum(sum_g), team.sum(sum_g_xhat)};
  if (piece.count != 0 && team.rank() == 0) partial[team.index()] = sum;
}

// MATH     dx = rstd·(g − (Σ g + x̂·Σ g·x̂)/M), g = dz·weight; means[set] = Σ g/M, Σ g·x̂/M over the set, or
//          nullptr for dx = rstd·g: the statistics were constants
// MEMORY   reads dy and x, writes dx
// NUMERICS one rounding of each mean to T, then element by element
// COST     dy, x and dx 1.00 ×, sectors the fewest
template <class T, int Width, class Layout, class After>
__global__ void __launch_bounds__(block_threads)
    run_dx(Backward<T> a, Layout layout, Pieces pieces, After after, const Sums<stat_t>* means) {
  const Lanes team{pieces.lanes};
  const Piece piece = pieces.of(team.index());
  if (piece.count == 0) return;
  const unsigned set = layout.set(piece.run, 0);
  const Statistics<T> s(a.mean[set], a.rstd[set]);
  Sums<stat_t> mean{};
  if (means != nullptr) mean = means[set];
  const auto mean_g = static_cast<acc_t<T>>(mean.g), mean_g_xhat = static_cast<acc_t<T>>(mean.g_xhat);
  const T* const __restrict__ dy = a.dy + pieces.offset(piece);
  const T* const __restrict__ x = a.x + pieces.offset(piece);
  T* const __restrict__ dx = a.dx + pieces.offset(piece);
  const auto& after_run = after.of_run(layout, piece.run);

  for_packs<Width>(team, piece.count, [&](unsigned k) {
    const unsigned i = piece.first + k;
    const auto dy_pack = load_pack<Width>(dy + k), x_pack = load_pack<Width>(x + k);
    const auto weight = load_affine<Width>(a.weight, layout, piece.run, i, T{1});
    const Pack<acc_t<T>, Width> xhat = s.xhat(x_pack);
    const auto z = [&] { return affine<Width, T>(xhat, a, layout, piece.run, i); };
    const Pack<T, Width> dz = after_run.backward(dy_pack, z, layout, piece.run, i);
    Pack<T, Width> result;
    for (int e = 0; e < Width; ++e) {
      const acc_t<T> g = dz.at[e] * weight.at[e];
      result.at[e] = static_cast<T>(s.rstd * (g - (mean_g + xhat.at[e] * mean_g_xhat)));
    }
    store_pack(dx + k, result);
  });
}

}  // namespace norma::NORMA_EXECUTOR
