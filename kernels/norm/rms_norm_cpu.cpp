// RMS norm on the CPU: group norm with one group, about 0 instead of about the mean. Each piece of work does
// all passes over its images.
#include "kernels/norm/rms_norm.h"

#include "core/parallel.h"
#include "kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm/rms_norm_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/norm/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void rms_norm_forward(const RmsNormForward<T>& a) {
  const std::int64_t m = a.c * a.hw;
  const Factors factors(a.after, a.n * a.c);
  parallel_ranges(a.n, runs_per_piece(m), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t image = begin; image < end; ++image) {
      const Moments moments = run_moments(a.x + image * m, m);
      const stat_t rrms = 1 / std::sqrt(moments.variance() + moments.mean * moments.mean + a.eps);
      a.rrms[image] = rrms;
      for (std::int64_t c = 0; c < a.c; ++c) {
        const std::int64_t run = image * a.c + c;
        run_affine(a.x + run * a.hw, a.hw, factors.run(run, 0, rrms * weight_of(a, c), 0), a.y + run * a.hw);
      }
    }
  });
}

template <class T>
void rms_norm_backward(const RmsNormBackward<T>& a) {
  const std::int64_t m = a.c * a.hw;
  const Scratch<BackwardSums> runs(a.n * a.c);
  const Factors factors(a.after, a.n * a.c);
  const auto run_at = [&](std::int64_t run) {
    return factors.run(run, 0, a.rrms[run / a.c] * weight_of(a, run % a.c), 0);
  };
  parallel_ranges(a.n, runs_per_piece(m), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t image = begin; image < end; ++image) {
      const stat_t rrms = a.rrms[image];
      stat_t sum = 0;  // Σ dz·weight·x̂ over the image
      for (std::int64_t run = image * a.c; run < (image + 1) * a.c; ++run) {
        runs[run] = run_backward_sums(a.dy + run * a.hw, a.x + run * a.hw, a.hw, run_at(run));
        sum += weight_of(a, run % a.c) * runs[run].dz_centered * rrms;
      }
      if (a.dx == nullptr) continue;
      for (std::int64_t run = image * a.c; run < (image + 1) * a.c; ++run)
        run_backward(a.dy + run * a.hw, a.x + run * a.hw, a.hw, run_at(run), rrms * weight_of(a, run % a.c),
                     -rrms * rrms * sum / static_cast<double>(m), 0, a.dx + run * a.hw);
    }
  });
  const ImageTree tree(a.n);
  T* const no_bias = nullptr;
  for (std::int64_t c = 0; c < a.c; ++c)
    store_affine_gradients(tree, c, a.dweight, no_bias, [&](std::int64_t image) {
      return std::pair(runs[image * a.c + c].dz_centered * a.rrms[image], 0.0);
    });
}

NORMA_SIMD_INSTANTIATE(rms_norm_forward, RmsNormForward)
NORMA_SIMD_INSTANTIATE(rms_norm_backward, RmsNormBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(rms_norm_forward, RmsNormForward)
NORMA_SIMD_EXPORT(rms_norm_backward, RmsNormBackward)
}  // namespace norma::cpu
#endif
