// Group norm in CUDA. The way to it, from the naive kernel, is kernels/norm/steps/README.md.
//
// A set is one stretch of memory: the forward pass is that of sets.cuh, one launch where the set fits on
// chip, three where not. Backward, three or four:
//
//   dy, x ─run_backward_sums─▶ Σ dz, Σ dz·x̂ of planes ─┬─group_means─▶ Σ g/M, Σ g·x̂/M of sets ─run_dx─▶ dx
//                                                      └─sum_images──▶ dbias, dweight
#include "kernels/norm/group_norm.h"

#include "kernels/norm/sets.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

// group_means: from planes to sets.
//
// MATH     means[n, g] = Σ weight[c]·plane sums[n, c] / M, over the channels c of the group
// MAPPING  one team of 1 … 32 lanes per set, lane r takes channels r, r + lanes, …
// MEMORY   reads the 16 bytes of every plane's piece, once
// NUMERICS double, fixed order
// REQUIRES every thread stays to the end
// COST     the sums of every plane 1.00 ×; up to 10 shuffles per thread
template <class T>
__global__ void __launch_bounds__(block_threads)
    group_means(const Sums<stat_t>* partial, const T* weight, norm::GroupLayout layout, Pieces pieces,
                unsigned lanes, stat_t m, Sums<stat_t>* means) {
  const Lanes team{lanes};
  const unsigned set = team.index(), first = set * layout.channels;
  const bool there = first < pieces.runs;
  Sums<stat_t> sum{};
  for (unsigned k = team.rank(); there && k < layout.channels; k += lanes) {
    Sums<stat_t> plane{};
    for (unsigned p = 0; p < pieces.pieces; ++p) {
      const Sums<stat_t> piece = partial[p * pieces.runs + first + k];
      plane.merge(piece);
    }
    const stat_t factor = weight != nullptr ? stat_t{weight[layout.affine(first + k, 0)]} : 1.0;
    sum.g += factor * plane.g, sum.g_xhat += factor * plane.g_xhat;
  }
  sum = {team.sum(sum.g), team.sum(sum.g_xhat)};
  if (there && team.rank() == 0) means[set] = sum.over(m);
}

}  // namespace

template <class T>
void group_norm_forward(const GroupNormForward<T>& a) {
  const std::int64_t channels = a.c / a.groups;
  const norm::WholeGroupLayout layout{norm::kernel_count(channels), norm::kernel_count(a.groups),
                                      norm::kernel_count(a.hw)};
  with_epilogue<T>(a.after, a.n * a.c, [&](auto after) {
    normalize_sets(Forward<T>{a.x, a.weight, a.bias, a.y, a.mean, a.rstd, a.eps}, layout, after,
                   a.n * a.groups, channels * a.hw, a.hw);
  });
}

template <class T>
void group_norm_backward(const GroupNormBackward<T>& a) {
  const unsigned c = norm::kernel_count(a.c), channels = norm::kernel_count(a.c / a.groups);
  const norm::GroupLayout layout{c, channels};
  const Backward<T> b{a.dy, a.x, a.weight, a.bias, a.mean, a.rstd, a.dx};
  with_width<T>(access_width<T>(a.hw, a.dy, a.x, a.dx), [&](auto w) {
    constexpr int Width = w();
    const Pieces pieces = cut_runs<T>(a.n * a.c, a.hw, Width);
    if (pieces.teams() == 0) return;
    with_epilogue_of_planes<T>(a.after, [&](auto after) {
      using After = decltype(after);
      // Sums of every plane, of dz itself: weights come when planes are put together.
      const DeviceScratch<Sums<stat_t>> partial(pieces.teams());
      launch(run_backward_sums<T, Width, norm::GroupLayout, After>, pieces.config(), b, layout, pieces, after,
             partial.data());

      if (a.dweight != nullptr || a.dbias != nullptr)
        merge_planes<GradientSums<T>>(LoadPlanes(partial.data(), pieces, c),
                                      FinishAffine<T>{a.dweight, a.dbias});
      if (a.dx == nullptr) return;

      const unsigned sets = pieces.runs / channels, lanes = norm::lanes_for(channels);
      const DeviceScratch<Sums<stat_t>> means(sets);
      launch(group_means<T>, {.grid = blocks_for_teams(sets, lanes), .block = block_threads}, partial.data(),
             a.weight, layout, pieces, lanes, static_cast<stat_t>(channels * a.hw), means.data());
      launch(run_dx<T, Width, norm::GroupLayout, After>, pieces.config(), b, layout, pieces, after,
             means.data());
    });
  });
}

NORMA_INSTANTIATE(group_norm_forward, GroupNormForward)
NORMA_INSTANTIATE(group_norm_backward, GroupNormBackward)

}  // namespace norma::NORMA_EXECUTOR
