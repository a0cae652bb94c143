// NLL loss on the CPU: one pass over rows in order, summed in double.
#include "kernels/loss/nll_loss.h"

#include <algorithm>
#include <numeric>

namespace norma::cpu {

template <class T>
void nll_loss_forward(const NllLossForward<T>& a) {
  double picked = 0, all = 0;
  for (std::int64_t r = 0; r < a.rows; ++r) picked += a.x[r * a.classes + a.target[r]];
  if (a.label_smoothing != 0) all = std::accumulate(a.x, a.x + a.rows * a.classes, 0.0);
  const double weighted =
      (1 - a.label_smoothing) * picked + a.label_smoothing / static_cast<double>(a.classes) * all;
  *a.loss = static_cast<T>(-weighted / static_cast<double>(a.rows));
}

template <class T>
void nll_loss_backward(const NllLossBackward<T>& a) {
  const double share = -static_cast<double>(*a.dloss) / static_cast<double>(a.rows);
  const double smoothed = share * a.label_smoothing / static_cast<double>(a.classes);
  std::fill_n(a.dx, a.rows * a.classes, static_cast<T>(smoothed));
  for (std::int64_t r = 0; r < a.rows; ++r)
    a.dx[r * a.classes + a.target[r]] = static_cast<T>(smoothed + share * (1 - a.label_smoothing));
}

NORMA_INSTANTIATE(nll_loss_forward, NllLossForward)
NORMA_INSTANTIATE(nll_loss_backward, NllLossBackward)

}  // namespace norma::cpu
