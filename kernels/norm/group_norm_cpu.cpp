// Group norm on the CPU. A set is C/G runs side by side, small enough to stay in cache, so that each piece
// does all passes over its sets at once: x crosses the memory bus once on the way forward, x and dy once
// back. An epilogue happens on the way, in registers.
#include "kernels/norm/group_norm.h"

#include "core/parallel.h"
#include "kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm/group_norm_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/norm/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void group_norm_forward(const GroupNormForward<T>& a) {
  const std::int64_t channels = a.c / a.groups, m = channels * a.hw;
  const Factors factors(a.after, a.n * a.c);
  parallel_ranges(a.n * a.groups, runs_per_piece(m), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t set = begin; set < end; ++set) {
      const Moments moments = run_moments(a.x + set * m, m);
      const stat_t mean = moments.mean, rstd = 1 / std::sqrt(moments.variance() + a.eps);
      a.mean[set] = mean;
      a.rstd[set] = rstd;
      for (std::int64_t k = 0; k < channels; ++k) {
        const std::int64_t run = set * channels + k, c = run % a.c;
        run_affine(a.x + run * a.hw, a.hw, factors.run(run, mean, rstd * weight_of(a, c), bias_of(a, c)),
                   a.y + run * a.hw);
      }
    }
  });
}

template <class T>
void group_norm_backward(const GroupNormBackward<T>& a) {
  const std::int64_t channels = a.c / a.groups, m = channels * a.hw;
  const Scratch<BackwardSums> runs(a.n * a.c);
  const Factors factors(a.after, a.n * a.c);
  const auto run_at = [&](std::int64_t i) {
    const std::int64_t set = i / channels, c = i % a.c;
    return factors.run(i, a.mean[set], a.rstd[set] * weight_of(a, c), bias_of(a, c));
  };
  parallel_ranges(a.n * a.groups, runs_per_piece(m), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t set = begin; set < end; ++set) {
      const stat_t rstd = a.rstd[set];
      stat_t sum_g = 0, sum_gx = 0;  // Σ dz·weight and Σ dz·weight·x̂ over the set
      for (std::int64_t run = set * channels; run < (set + 1) * channels; ++run) {
        runs[run] = run_backward_sums(a.dy + run * a.hw, a.x + run * a.hw, a.hw, run_at(run));
        const double weight = weight_of(a, run % a.c);
        sum_g += weight * runs[run].dz;
        sum_gx += weight * runs[run].dz_centered * rstd;
      }
      if (a.dx == nullptr) continue;
      for (std::int64_t run = set * channels; run < (set + 1) * channels; ++run) {
        run_backward(a.dy + run * a.hw, a.x + run * a.hw, a.hw, run_at(run), rstd * weight_of(a, run % a.c),
                     -rstd * rstd * sum_gx / static_cast<double>(m), -rstd * sum_g / static_cast<double>(m),
                     a.dx + run * a.hw);
      }
    }
  });
  const ImageTree tree(a.n);
  for (std::int64_t c = 0; c < a.c; ++c)
    store_affine_gradients(tree, c, a.dweight, a.dbias, [&](std::int64_t n) {
      const std::int64_t run = n * a.c + c;
      return std::pair(runs[run].dz_centered * a.rstd[run / channels], runs[run].dz);
    });
}

NORMA_SIMD_INSTANTIATE(group_norm_forward, GroupNormForward)
NORMA_SIMD_INSTANTIATE(group_norm_backward, GroupNormBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(group_norm_forward, GroupNormForward)
NORMA_SIMD_EXPORT(group_norm_backward, GroupNormBackward)
}  // namespace norma::cpu
#endif
