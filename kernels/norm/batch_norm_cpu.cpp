// Batch norm on the CPU. A channel's set is N runs (its plane in every image):
//
//   forward    1  moments of all N·C planes        in parallel over planes     reads x
//              2  merged over n, as a tree          C small sums
//              3  y = (x − mean)·scale + shift     in parallel over planes     reads x, writes y
//   backward   likewise: sums of every plane, merged over n, then dx    reads dy and x twice, writes dx
//
// An epilogue happens on the way, in registers: it costs no pass of its own.
#include "kernels/norm/batch_norm.h"

#include <span>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "core/ranks.h"
#include "kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm/batch_norm_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/norm/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void update_running(const BatchNormForward<T>& a, std::span<const Moments> sets) {
  for (std::size_t c = 0; c < sets.size(); ++c) {
    const stat_t unbiased = sets[c].squares / (sets[c].count - 1);
    a.running_mean[c] = static_cast<T>((1 - a.momentum) * a.running_mean[c] + a.momentum * sets[c].mean);
    a.running_var[c] = static_cast<T>((1 - a.momentum) * a.running_var[c] + a.momentum * unbiased);
  }
}

template <class T>
void batch_norm_statistics(const BatchNormForward<T>& a) {
  const Scratch<Moments> planes(a.n * a.c);
  parallel_ranges(a.n * a.c, runs_per_piece(a.hw), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t i = begin; i < end; ++i) planes[i] = run_moments(a.x + i * a.hw, a.hw);
  });
  const ImageTree tree(a.n);
  const Scratch<Moments> sets(a.c);
  for (std::int64_t c = 0; c < a.c; ++c)
    sets[c] = tree.sum<Moments>([&](std::int64_t begin, std::int64_t end) {
      Moments set = planes[begin * a.c + c];
      for (std::int64_t n = begin + 1; n < end; ++n) set += planes[n * a.c + c];
      return set;
    });
  const std::span<Moments> own(sets.data(), static_cast<std::size_t>(a.c));
  if (a.shard.shares_statistics()) a.shard.ranks->sum(own);
  for (std::int64_t c = 0; c < a.c; ++c) {
    a.mean[c] = sets[c].mean;
    a.rstd[c] = 1 / std::sqrt(sets[c].variance() + a.eps);
  }
  if (a.running_mean == nullptr) return;
  if (a.shard.ranks == nullptr || a.shard.shares_statistics()) return update_running(a, own);
  // As ghost batches do: those of one rank after the other.
  const std::vector<Moments> all = a.shard.ranks->gather(std::span<const Moments>(own));
  for (std::size_t at = 0; at < all.size(); at += own.size())
    update_running(a, std::span(all).subspan(at, own.size()));
}

template <class T>
void batch_norm_forward(const BatchNormForward<T>& a) {
  if (a.batch_statistics) {
    batch_norm_statistics(a);
  } else {
    for (std::int64_t c = 0; c < a.c; ++c) {
      a.mean[c] = a.running_mean[c];
      a.rstd[c] = 1 / std::sqrt(a.running_var[c] + a.eps);
    }
  }
  const Factors factors(a.after, a.n * a.c);
  parallel_ranges(a.n * a.c, runs_per_piece(a.hw), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t c = i % a.c;
      const Run run = factors.run(i, a.mean[c], a.rstd[c] * weight_of(a, c), bias_of(a, c));
      run_affine(a.x + i * a.hw, a.hw, run, a.y + i * a.hw);
    }
  });
}

template <class T>
void batch_norm_backward(const BatchNormBackward<T>& a) {
  const Scratch<BackwardSums> planes(a.n * a.c);
  const Factors factors(a.after, a.n * a.c);
  const auto run_at = [&](std::int64_t i) {
    const std::int64_t c = i % a.c;
    return factors.run(i, a.mean[c], a.rstd[c] * weight_of(a, c), bias_of(a, c));
  };
  parallel_ranges(a.n * a.c, runs_per_piece(a.hw), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t i = begin; i < end; ++i)
      planes[i] = run_backward_sums(a.dy + i * a.hw, a.x + i * a.hw, a.hw, run_at(i));
  });
  const ImageTree tree(a.n);
  const Scratch<BackwardSums> sets(a.c);
  for (std::int64_t c = 0; c < a.c; ++c) {
    store_affine_gradients(tree, c, a.dweight, a.dbias, [&](std::int64_t n) {
      return std::pair(planes[n * a.c + c].dz_centered * a.rstd[c], planes[n * a.c + c].dz);
    });
    sets[c] = tree.sum<BackwardSums>([&](std::int64_t begin, std::int64_t end) {
      BackwardSums set;
      for (std::int64_t n = begin; n < end; ++n) set += planes[n * a.c + c];
      return set;
    });
  }
  if (a.dx == nullptr) return;
  const bool together = a.batch_statistics && a.shard.shares_statistics();
  if (together) a.shard.ranks->sum(std::span(sets.data(), static_cast<std::size_t>(a.c)));
  const double m = static_cast<double>((together ? a.shard.total : a.n) * a.hw);
  parallel_ranges(a.n * a.c, runs_per_piece(a.hw), [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t c = i % a.c;
      const Run run = run_at(i);
      // dx = scale·(dz − (Σ dz + x̂·Σ dz·x̂)/M), x̂ = (x − mean)·rstd
      const stat_t b = a.batch_statistics ? -run.scale * a.rstd[c] * a.rstd[c] * sets[c].dz_centered / m : 0;
      const stat_t term = a.batch_statistics ? -run.scale * sets[c].dz / m : 0;
      run_backward(a.dy + i * a.hw, a.x + i * a.hw, a.hw, run, run.scale, b, term, a.dx + i * a.hw);
    }
  });
}

NORMA_SIMD_INSTANTIATE(batch_norm_forward, BatchNormForward)
NORMA_SIMD_INSTANTIATE(batch_norm_backward, BatchNormBackward)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(batch_norm_forward, BatchNormForward)
NORMA_SIMD_EXPORT(batch_norm_backward, BatchNormBackward)
}  // namespace norma::cpu
#endif
