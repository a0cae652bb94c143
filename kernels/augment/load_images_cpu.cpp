// Batches on the CPU, one image per piece: a table of 256 normalised values per channel turns pixels into
// numbers.
#include "kernels/augment/load_images.h"

#include "core/parallel.h"

namespace norma::cpu {
namespace {

template <bool rotates, class T>
void load(const LoadImages<T>& a) {
  std::array<std::array<T, 256>, max_image_channels> value;
  for (std::size_t c = 0; c < static_cast<std::size_t>(a.c); ++c)
    for (std::size_t pixel = 0; pixel < 256; ++pixel)
      value[c][pixel] = static_cast<T>((static_cast<double>(pixel) / 255 - a.mean[c]) / a.std[c]);

  parallel_ranges(a.n, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      if (a.labels != nullptr) a.target[n] = a.labels[a.indices[n]];
      const ImageMove move(a.random.now(), a.indices[n], a.flip, a.pad, a.rotate);
      const Rotation rotation(move.angle);
      T* y = a.y + n * a.c * a.h * a.w;
      for (std::int64_t c = 0; c < a.c; ++c)
        for (std::int64_t i = 0; i < a.h; ++i, y += a.w) {
          const std::array<T, 256>& table = value[static_cast<std::size_t>(c)];
          const std::int64_t row = i + move.top;
          const std::uint8_t* plane = a.images + (a.indices[n] * a.c + c) * a.h * a.w;
          const std::uint8_t* pixels = plane + row * a.w;
          const bool row_inside = row >= 0 && row < a.h;
          for (std::int64_t j = 0; j < a.w; ++j) {
            const std::int64_t col = (move.mirror ? a.w - 1 - j : j) + move.left;
            const bool inside = row_inside && col >= 0 && col < a.w;
            if constexpr (rotates) {
              const std::int64_t from = inside ? rotation.source(row, col, a.h, a.w) : -1;
              y[j] = table[from < 0 ? 0 : plane[from]];
            } else {
              y[j] = table[inside ? pixels[col] : 0];
            }
          }
        }
    }
  });
}

}  // namespace

template <class T>
void load_images(const LoadImages<T>& a) {
  a.rotate == 0 ? load<false>(a) : load<true>(a);
}

NORMA_INSTANTIATE(load_images, LoadImages)

}  // namespace norma::cpu
