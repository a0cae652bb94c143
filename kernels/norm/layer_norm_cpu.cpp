// Layer norm on the CPU. A row is read from memory once: all passes but the first find it in the cache.
// Each element has a weight of its own, so dweight is a sum over rows, column by column: every leaf of the
// tree over rows (core/image_tree.h) adds up its share beside the passes for dx.
#include "kernels/norm/layer_norm.h"

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm/layer_norm_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/norm/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// Calls f(begin, run) for every stretch of a row: planes where an epilogue follows, else all of it. The run
// makes x̂; weight and bias come after it, element by element.
template <class Args, class F>
void for_runs_of_row(const Args& a, const Factors& factors, std::int64_t row, F&& f) {
  const std::int64_t length = a.after.relu ? std::min(a.plane, a.m) : a.m;
  for (std::int64_t i = 0; i < a.m; i += length)
    f(i, length, factors.run((row * a.m + i) / a.plane, a.mean[row], a.rstd[row], 0));
}

template <class D, class At, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> weighed(D d, At at, hn::Vec<D> xhat, const T* weight, const T* bias) {
  if (weight == nullptr) return xhat;
  return hn::MulAdd(xhat, at.load(weight), bias ? at.load(bias) : hn::Zero(d));
}

template <class T>
void layer_norm_forward(const LayerNormForward<T>& a) {
  const hn::ScalableTag<T> d;
  const Factors factors(a.after, a.rows * a.m / a.plane);
  parallel_ranges(a.rows, runs_per_piece(a.m), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t row = begin; row < end; ++row) {
      const Moments moments = run_moments(a.x + row * a.m, a.m);
      a.mean[row] = moments.mean;
      a.rstd[row] = 1 / std::sqrt(moments.variance() + a.eps);
      for_runs_of_row(a, factors, row, [&](std::int64_t i, std::int64_t length, const Run& run) HWY_ATTR {
        const T *x = a.x + row * a.m + i, *weight = a.weight ? a.weight + i : nullptr;
        const T* bias = a.bias ? a.bias + i : nullptr;
        T* y = a.y + row * a.m + i;
        const Affine<T> xhat(run);
        const T factor = static_cast<T>(run.factor);
        if (factor == 0) return std::fill_n(y, length, T{0}), void();
        for_lanes(d, length, [&](auto at) HWY_ATTR {
          const auto z = weighed(d, at, xhat(d, at.load(x)), weight, bias);
          at.store(run.relu ? relu_times(d, z, factor) : z, y);
        });
      });
    }
  });
}

// Adds one run's share to dweight and dbias (where there are weights), and writes g = dz·weight where dx will
// be.
template <class T>
void layer_norm_gradients(const LayerNormBackward<T>& a, std::int64_t row, std::int64_t i,
                          std::int64_t length, const Run& run, T* dweight, T* dbias) {
  const hn::ScalableTag<T> d;
  const T *x = a.x + row * a.m + i, *dy = a.dy + row * a.m + i;
  const T *weight = a.weight ? a.weight + i : nullptr, *bias = a.bias ? a.bias + i : nullptr;
  T* g = a.dx ? a.dx + row * a.m + i : nullptr;
  const Affine<T> xhat_of(run);
  const T factor = static_cast<T>(run.factor);
  if (factor == 0) return g ? std::fill_n(g, length, T{0}), void() : void();
  for_lanes(d, length, [&](auto at) HWY_ATTR {
    const auto xhat = xhat_of(d, at.load(x));
    auto dz = at.load(dy);
    if (run.relu) dz = relu_times_gradient(d, weighed(d, at, xhat, weight, bias), dz, factor);
    if (g) at.store(weight ? hn::Mul(dz, at.load(weight)) : dz, g);
    if (dweight == nullptr) return;
    at.store(hn::MulAdd(dz, xhat, at.load(dweight + i)), dweight + i);
    at.store(hn::Add(dz, at.load(dbias + i)), dbias + i);
  });
}

template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a) {
  const double m = static_cast<double>(a.m);
  const ImageTree tree(a.rows);
  const Factors factors(a.after, a.rows * a.m / a.plane);
  const Scratch<T> parts(a.dweight ? 2 * tree.size() * a.m : 0);  // of every leaf: its dweight, its dbias
  const auto rows_of_a_piece = [&](std::int64_t begin, std::int64_t end, T* dweight) HWY_ATTR {
    T* const dbias = dweight + (dweight ? a.m : 0);
    if (dweight) std::fill_n(dweight, 2 * a.m, T{0});
    for (std::int64_t row = begin; row < end; ++row) {
      for_runs_of_row(a, factors, row, [&](std::int64_t i, std::int64_t length, const Run& run) {
        layer_norm_gradients(a, row, i, length, run, dweight, dbias);
      });
      if (a.dx == nullptr) continue;
      T* dx = a.dx + row * a.m;
      const stat_t rstd = a.rstd[row];
      const Run plain{a.mean[row], rstd, 0};
      const BackwardSums sums = run_backward_sums(dx, a.x + row * a.m, a.m, plain);
      run_backward(dx, a.x + row * a.m, a.m, plain, rstd, -rstd * rstd * rstd * sums.dz_centered / m,
                   -rstd * sums.dz / m, dx);
    }
  };
  if (a.dweight == nullptr)
    return parallel_ranges(a.rows, runs_per_piece(a.m), [&](std::int64_t begin, std::int64_t end) {
      rows_of_a_piece(begin, end, nullptr);
    });
  parallel_for(tree.size(), [&](std::int64_t leaf) {
    rows_of_a_piece(tree.begin(leaf), tree.end(leaf), parts.data() + 2 * leaf * a.m);
  });
  parallel_ranges(2 * a.m, 4096, [&](std::int64_t begin, std::int64_t end) {
    tree.add_arrays(parts.data(), 2 * a.m, begin, end);
  });
  std::copy_n(parts.data(), a.m, a.dweight);
  std::copy_n(parts.data() + a.m, a.m, a.dbias);
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
