// Layer norm on the CPU. A row is one run; each element has a weight of its own, so the affine step is a
// second pass over the row while it is in cache, and dweight is summed column by column, rows in order.
#include "kernels/norm/layer_norm.h"

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm/layer_norm_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/norm/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void layer_norm_forward(const LayerNormForward<T>& a) {
  parallel_ranges(a.rows, runs_per_piece(a.m), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t row = begin; row < end; ++row) {
      T* HWY_RESTRICT y = a.y + row * a.m;
      const Moments moments = run_moments(a.x + row * a.m, a.m);
      a.mean[row] = moments.mean;
      a.rstd[row] = 1 / std::sqrt(moments.variance() + a.eps);
      run_affine(a.x + row * a.m, a.m, a.mean[row], a.rstd[row], 0, y);
      if (a.weight)
        for (std::int64_t i = 0; i < a.m; ++i) y[i] *= a.weight[i];
      if (a.bias)
        for (std::int64_t i = 0; i < a.m; ++i) y[i] += a.bias[i];
    }
  });
}

// dweight and dbias of the elements [begin, end).
template <class T>
void layer_norm_columns(const LayerNormBackward<T>& a, std::int64_t begin, std::int64_t end) {
  std::fill(a.dweight + begin, a.dweight + end, T{0});
  std::fill(a.dbias + begin, a.dbias + end, T{0});
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const T *HWY_RESTRICT dy = a.dy + row * a.m, *HWY_RESTRICT x = a.x + row * a.m;
    const T mean = static_cast<T>(a.mean[row]), rest = static_cast<T>(a.mean[row] - mean);
    const T rstd = static_cast<T>(a.rstd[row]);
    for (std::int64_t i = begin; i < end; ++i) {
      a.dweight[i] += dy[i] * ((x[i] - mean) - rest) * rstd;
      a.dbias[i] += dy[i];
    }
  }
}

template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a) {
  const double m = static_cast<double>(a.m);
  if (a.dx)
    parallel_ranges(a.rows, runs_per_piece(a.m), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
      for (std::int64_t row = begin; row < end; ++row) {
        const T* g = a.dy + row * a.m;
        const T* x = a.x + row * a.m;
        T* dx = a.dx + row * a.m;
        if (a.weight) {  // g = dy·weight, kept where dx will be
          for (std::int64_t i = 0; i < a.m; ++i) dx[i] = g[i] * a.weight[i];
          g = dx;
        }
        const double rstd = a.rstd[row];
        const BackwardSums sums = run_backward_sums(g, x, a.m, a.mean[row]);
        run_backward(g, x, a.m, a.mean[row], rstd, -rstd * rstd * rstd * sums.dy_centered / m,
                     -rstd * sums.dy / m, dx);
      }
    });
  if (a.dweight)
    parallel_ranges(a.m, 256,
                    [&](std::int64_t begin, std::int64_t end) { layer_norm_columns(a, begin, end); });
}

NORMA_SIMD_INSTANTIATE(layer_norm_forward, LayerNormForward)
NORMA_SIMD_INSTANTIATE(layer_norm_backward, LayerNormBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(layer_norm_forward, LayerNormForward)
NORMA_SIMD_EXPORT(layer_norm_backward, LayerNormBackward)
}  // namespace norma::cpu
#endif
