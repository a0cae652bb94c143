// The forward pass of norms whose sets are single stretches of memory: group norm and layer norm.
#pragma once

#include "kernels/cuda/scratch.h"
#include "kernels/norm/runs.cuh"

namespace norma::NORMA_EXECUTOR {

// normalize_set: the whole forward pass of one set by one team.
//
// MATH     y = x̂·weight + bias, x̂ = (x − mean)·rstd, mean and rstd over the M elements of the set; then the
//          epilogue
// MAPPING  normalize_warp_per_set                          normalize_block_per_set
//
//          x  │ set 0 … M │ set 1 … M │ set 2 … │           x  │    set 0 … M    │    set 1 … M    │
//             └─ lanes ───┴── lanes ──┴───                     └──── block 0 ────┴──── block 1 ────┘
//             one team of 1 … 32 lanes per set, 8 … 256 per block    up to 512 threads per set
//
//          Thread r of a team takes accesses r, r + size, …: neighbours read neighbouring 16 bytes.
// MEMORY   x is read once and stays in registers, 128 bytes per thread; y is written once
// NUMERICS corrected two-pass moments (moments.cuh), fixed order
// REQUIRES M·sizeof(T) ≤ 4 KiB for a warp, ≤ 64 KiB for a block; every thread stays to the end, those of
//          teams beyond the last set with m = 0
// COST     x and y 1.00 ×, sectors the fewest; 18 shuffles per thread in a warp, 15 and 8 barriers in a
//          block
template <int Width, class T, class Team, class Layout, class After>
__device__ __forceinline__ void normalize_set(const Team& team, const Forward<T>& a, const Layout& layout,
                                              const After& after, unsigned set, unsigned m) {
  const T* const x = a.x + static_cast<long long>(set) * m;
  T* const y = a.y + static_cast<long long>(set) * m;

  Held<T, Width> held;
  held.read(team, x, m);
  const SumsAroundGuess<T> sums = held.sums(team, m);
  Statistics<T> s(0, 0);
  if (m != 0 && team.rank() == 0) {
    const Moments moments = sums.moments(m);
    const stat_t rstd = moments.rstd(a.eps);
    a.mean[set] = moments.mean, a.rstd[set] = rstd;
    s = Statistics<T>(moments.mean, rstd);
  }
  s = Statistics<T>::from_first(team, s);
  held.each(team, m, [&](const Pack<T, Width>& p, unsigned i) {
    store_pack(y + i, normalized(p, s, a, layout, after, set, i));
  });
}

template <class T, int Width, class Layout, class After>
__global__ void __launch_bounds__(block_threads, 3)  // 3 per multiprocessor: registers for x
    normalize_warp_per_set(Forward<T> a, Layout layout, After after, unsigned sets, unsigned m,
                           unsigned lanes) {
  const Lanes team{lanes};
  const unsigned set = team.index();
  normalize_set<Width>(team, a, layout, after, set, set < sets ? m : 0);
}

template <class T, int Width, class Layout, class After>
__global__ void __launch_bounds__(norm::most_threads_a_set)
    normalize_block_per_set(Forward<T> a, Layout layout, After after, unsigned m) {
  normalize_set<Width>(Block{}, a, layout, after, blockIdx.x, m);
}

/// Normalises `sets` stretches of m elements. Consecutive `stretch` elements share a weight where the layout
/// has one for several.
template <class T, class Layout, class After>
void normalize_sets(const Forward<T>& a, const Layout& layout, const After& after, std::int64_t sets,
                    std::int64_t m, std::int64_t stretch) {
  const unsigned count = norm::kernel_count(sets), length = norm::kernel_count(m);
  if (count == 0 || length == 0) return;
  const int width = Layout::affine_an_element ? access_width<T>(stretch, a.x, a.y, a.weight, a.bias)
                                              : access_width<T>(stretch, a.x, a.y);
  with_width<T>(width, [&](auto w) {
    constexpr int Width = w();
    switch (norm::variant_for<T>(m)) {
      case norm::Variant::warp_per_set: {
        const unsigned lanes = norm::lanes_for(m / Width);
        launch(normalize_warp_per_set<T, Width, Layout, After>,
               {.grid = blocks_for_teams(count, lanes), .block = block_threads}, a, layout, after, count,
               length, lanes);
        break;
      }
      case norm::Variant::block_per_set:
        launch(normalize_block_per_set<T, Width, Layout, After>,
               {.grid = count, .block = norm::threads_for(m / Width)}, a, layout, after, length);
        break;
      case norm::Variant::blocks_per_set: {
        const Pieces pieces = cut_runs<T>(sets, m, Width);
        const DeviceScratch<Moments> partial(pieces.teams());
        launch(run_moments<T, Width>, pieces.config(), a.x, pieces, partial.data());
        merge_columns(pieces.pieces, count, LoadPartial<Moments>{partial.data(), count},
                      FinishStatistics{a.mean, a.rstd, a.eps});
        launch(run_normalize<T, Width, Layout, After>, pieces.config(), a, layout, pieces, after);
      }
    }
  });
}

}  // namespace norma::NORMA_EXECUTOR
