// NLL loss on the CPU: one pass over rows, summed in double, as a tree (core/image_tree.h).
#include "kernels/loss/nll_loss.h"

#include <algorithm>
#include <numeric>

#include "core/ranks.h"

namespace norma::cpu {

template <class T>
void nll_loss_forward(const NllLossForward<T>& a) {
  double weighted = ImageTree(a.rows).sum<double>([&](std::int64_t begin, std::int64_t end) {
    double picked = 0, all = 0;
    for (std::int64_t r = begin; r < end; ++r) picked += a.x[r * a.classes + a.target[r]];
    if (a.label_smoothing != 0) all = std::accumulate(a.x + begin * a.classes, a.x + end * a.classes, 0.0);
    return (1 - a.label_smoothing) * picked + a.label_smoothing / static_cast<double>(a.classes) * all;
  });
  if (a.shard.ranks) a.shard.ranks->sum(std::span(&weighted, 1));
  *a.loss = static_cast<T>(-weighted / static_cast<double>(a.shard.all(a.rows)));
}

template <class T>
void nll_loss_backward(const NllLossBackward<T>& a) {
  const double share = -static_cast<double>(*a.dloss) / static_cast<double>(a.shard.all(a.rows));
  const double smoothed = share * a.label_smoothing / static_cast<double>(a.classes);
  std::fill_n(a.dx, a.rows * a.classes, static_cast<T>(smoothed));
  for (std::int64_t r = 0; r < a.rows; ++r)
    a.dx[r * a.classes + a.target[r]] = static_cast<T>(smoothed + share * (1 - a.label_smoothing));
}

NORMA_INSTANTIATE(nll_loss_forward, NllLossForward)
NORMA_INSTANTIATE(nll_loss_backward, NllLossBackward)

}  // namespace norma::cpu
