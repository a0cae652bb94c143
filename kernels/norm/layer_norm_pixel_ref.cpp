// Layer norm over channels by its definition: the set is the C values at one pixel, H·W apart in memory.
#include "kernels/norm/layer_norm_pixel.h"
#include "kernels/norm/set_ref.h"

namespace norma::reference {

template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a) {
  const Elements<T> elements{a.x, a.weight, a.bias, a.after, a.hw};
  for (std::int64_t pixel = 0; pixel < a.n * a.hw; ++pixel) {
    const auto at = [&](std::int64_t c) { return (pixel / a.hw * a.c + c) * a.hw + pixel % a.hw; };
    const auto affine = [](std::int64_t c) { return c; };
    const auto [mean, var] = moments(a.c, a.x, at);
    a.mean[pixel] = mean;
    a.rstd[pixel] = 1 / std::sqrt(var + a.eps);
    normalize(a.c, at, affine, a.mean[pixel], a.rstd[pixel], elements, a.y);
  }
}

template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a) {
  const Elements<T> elements{a.x, a.weight, a.bias, a.after, a.hw};
  std::vector<double> dweight(static_cast<std::size_t>(a.c)), dbias(dweight);
  for (std::int64_t pixel = 0; pixel < a.n * a.hw; ++pixel) {
    const auto at = [&](std::int64_t c) { return (pixel / a.hw * a.c + c) * a.hw + pixel % a.hw; };
    const auto affine = [](std::int64_t c) { return c; };
    backward_set(a.c, at, affine, a.mean[pixel], a.rstd[pixel], false, a.dy, elements, a.dx, dweight, dbias);
  }
  write(dweight, a.dweight);
  write(dbias, a.dbias);
}

NORMA_INSTANTIATE(layer_norm_pixel_forward, LayerNormPixelForward)
NORMA_INSTANTIATE(layer_norm_pixel_backward, LayerNormPixelBackward)

}  // namespace norma::reference
