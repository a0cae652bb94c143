#include "kernels/loss/nll_loss.h"

namespace norma::reference {

template <class T>
void nll_loss_forward(const NllLossForward<T>& a) {
  double loss = 0;
  for (std::int64_t r = 0; r < a.rows; ++r) {
    double all = 0;
    for (std::int64_t i = 0; i < a.classes; ++i) all += a.x[r * a.classes + i];
    loss -= (1 - a.label_smoothing) * a.x[r * a.classes + a.target[r]];
    if (a.label_smoothing != 0) loss -= a.label_smoothing / static_cast<double>(a.classes) * all;  // not 0·∞
  }
  *a.loss = static_cast<T>(loss / static_cast<double>(a.rows));
}

template <class T>
void nll_loss_backward(const NllLossBackward<T>& a) {
  for (std::int64_t i = 0; i < a.rows * a.classes; ++i) {
    const bool is_target = i % a.classes == a.target[i / a.classes];
    const double wanted =
        (is_target ? 1 - a.label_smoothing : 0) + a.label_smoothing / static_cast<double>(a.classes);
    a.dx[i] = static_cast<T>(-*a.dloss * wanted / static_cast<double>(a.rows));
  }
}

NORMA_INSTANTIATE(nll_loss_forward, NllLossForward)
NORMA_INSTANTIATE(nll_loss_backward, NllLossBackward)

}  // namespace norma::reference
