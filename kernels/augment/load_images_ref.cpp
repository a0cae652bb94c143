#include "kernels/augment/load_images.h"

namespace norma::reference {

template <class T>
void load_images(const LoadImages<T>& a) {
  for (std::int64_t n = 0; n < a.n; ++n) {
    if (a.labels != nullptr) a.target[n] = a.labels[a.indices[n]];
    const ImageMove move(a.random.now(), a.indices[n], a.flip, a.pad, a.rotate);
    const Rotation rotation(move.angle);
    for (std::int64_t c = 0; c < a.c; ++c)
      for (std::int64_t i = 0; i < a.h; ++i)
        for (std::int64_t j = 0; j < a.w; ++j) {
          const std::int64_t row = i + move.top, col = (move.mirror ? a.w - 1 - j : j) + move.left;
          const bool inside = row >= 0 && row < a.h && col >= 0 && col < a.w;
          const std::int64_t from = inside ? rotation.source(row, col, a.h, a.w) : -1;
          const double pixel = from < 0 ? 0 : a.images[(a.indices[n] * a.c + c) * a.h * a.w + from];
          const auto channel = static_cast<std::size_t>(c);
          a.y[((n * a.c + c) * a.h + i) * a.w + j] =
              static_cast<T>((pixel / 255 - a.mean[channel]) / a.std[channel]);
        }
  }
}

NORMA_INSTANTIATE(load_images, LoadImages)

}  // namespace norma::reference
