// Layer norm by its definition: the set is a row, and every element of it has a weight of its own.
#include "kernels/norm/layer_norm.h"

#include "kernels/norm/set_ref.h"

namespace norma::reference {

template <class T>
void layer_norm_forward(const LayerNormForward<T>& a) {
  const Elements<T> elements{a.x, a.weight, a.bias, a.after, a.plane};
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const auto at = [&](std::int64_t i) { return row * a.m + i; };
    const auto affine = [](std::int64_t i) { return i; };
    const auto [mean, var] = moments(a.m, a.x, at);
    a.mean[row] = mean;
    a.rstd[row] = 1 / std::sqrt(var + a.eps);
    normalize(a.m, at, affine, a.mean[row], a.rstd[row], elements, a.y);
  }
}

template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a) {
  const Elements<T> elements{a.x, a.weight, a.bias, a.after, a.plane};
  std::vector<double> dweight(static_cast<std::size_t>(a.m)), dbias(dweight);
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const auto at = [&](std::int64_t i) { return row * a.m + i; };
    const auto affine = [](std::int64_t i) { return i; };
    backward_set(a.m, at, affine, a.mean[row], a.rstd[row], false, a.dy, elements, a.dx, dweight, dbias);
  }
  write(dweight, a.dweight);
  write(dbias, a.dbias);
}

NORMA_INSTANTIATE(layer_norm_forward, LayerNormForward)
NORMA_INSTANTIATE(layer_norm_backward, LayerNormBackward)

}  // namespace norma::reference
