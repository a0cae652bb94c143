// Batch norm by its definition: the set is all (n, h, w) of a channel.
#include "kernels/norm/batch_norm.h"
#include "kernels/norm/set_ref.h"

namespace norma::reference {

template <class T>
void batch_norm_forward(const BatchNormForward<T>& a) {
  const Elements<T> elements{a.x, a.weight, a.bias, a.after, a.hw};
  const std::int64_t m = a.n * a.hw;
  for (std::int64_t c = 0; c < a.c; ++c) {
    const auto at = [&](std::int64_t i) { return (i / a.hw * a.c + c) * a.hw + i % a.hw; };
    const auto affine = [&](std::int64_t) { return c; };
    Moments set{};
    if (a.batch_statistics) {
      set = moments(m, a.x, at);
      if (a.running_mean != nullptr) {
        const double unbiased = set.var * static_cast<double>(m) / static_cast<double>(m - 1);
        a.running_mean[c] = static_cast<T>((1 - a.momentum) * a.running_mean[c] + a.momentum * set.mean);
        a.running_var[c] = static_cast<T>((1 - a.momentum) * a.running_var[c] + a.momentum * unbiased);
      }
    } else {
      set = {a.running_mean[c], a.running_var[c]};
    }
    a.mean[c] = set.mean;
    a.rstd[c] = 1 / std::sqrt(set.var + a.eps);
    normalize(m, at, affine, a.mean[c], a.rstd[c], elements, a.y);
  }
}

template <class T>
void batch_norm_backward(const BatchNormBackward<T>& a) {
  const Elements<T> elements{a.x, a.weight, a.bias, a.after, a.hw};
  std::vector<double> dweight(static_cast<std::size_t>(a.c)), dbias(dweight);
  for (std::int64_t c = 0; c < a.c; ++c) {
    const auto at = [&](std::int64_t i) { return (i / a.hw * a.c + c) * a.hw + i % a.hw; };
    const auto affine = [&](std::int64_t) { return c; };
    backward_set(a.n * a.hw, at, affine, a.mean[c], a.rstd[c], !a.batch_statistics, a.dy, elements, a.dx,
                 dweight, dbias);
  }
  write(dweight, a.dweight);
  write(dbias, a.dbias);
}

NORMA_INSTANTIATE(batch_norm_forward, BatchNormForward)
NORMA_INSTANTIATE(batch_norm_backward, BatchNormBackward)

}  // namespace norma::reference
