// From stored pixels to a training batch in one pass: pick images, crop, flip, normalise.
//
//   y[n, c, i, j] = (pixel/255 − mean[c]) / std[c]
//
// of image `indices[n]`, padded by `pad` black pixels, cropped back to its size at a random place, then
// mirrored left to right or not. Image m takes words 0, 1, 2 of block m of the random sequence for (flip,
// top, left): what happens to an image in an epoch depends on seed, epoch and image alone.
#pragma once

#include <array>
#include <cstdint>

#include "core/random.h"

namespace norma {

inline constexpr std::int64_t max_image_channels = 4;

template <class T>
struct LoadImages {
  std::int64_t n, c, h, w;      ///< of the batch; c ≤ max_image_channels
  const std::uint8_t* images;   ///< [images, C, H, W]
  const std::int64_t* indices;  ///< [N]
  std::array<double, max_image_channels> mean, std;
  bool flip;         ///< mirror every second image, on average
  std::int64_t pad;  ///< 0: no crop
  RandomSequence random;
  T* y;                                  ///< [N, C, H, W]
  const std::int64_t* labels = nullptr;  ///< [images]; nullptr where the batch needs none
  std::int64_t* target = nullptr;        ///< [N], labels[indices[n]]
};

/// What the random words of one image mean.
struct ImageMove {
  bool mirror;
  std::int64_t top, left;  ///< where the crop begins, relative to the unpadded image: in [−pad, pad]

  constexpr ImageMove(const RandomSequence& random, std::int64_t image, bool flip, std::int64_t pad) {
    const auto word = random.block(static_cast<std::uint64_t>(image));
    const auto places = static_cast<std::uint32_t>(2 * pad + 1);
    mirror = flip && (word[0] >> 31) != 0;
    top = static_cast<std::int64_t>(word[1] % places) - pad;
    left = static_cast<std::int64_t>(word[2] % places) - pad;
  }
};

namespace reference {
template <class T>
void load_images(const LoadImages<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void load_images(const LoadImages<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void load_images(const LoadImages<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void load_images(const LoadImages<T>& a);
}  // namespace cuda

}  // namespace norma
