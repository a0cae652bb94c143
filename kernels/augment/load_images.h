// From stored pixels to a training batch in one pass: pick images, rotate, crop, flip, normalise.
//
//   y[n, c, i, j] = (pixel/255 − mean[c]) / std[c]
//
// of image `indices[n]`, turned about its centre by an angle in ±rotate (kernels/augment/rotation.h), padded
// by `pad` black pixels, cropped back to its size at a random place, then mirrored left to right or not.
// Pixels that turning brings in from outside are black, too. Image m takes words 0 … 3 of block m of the
// random sequence for (flip, top, left, angle): what happens to an image in an epoch depends on seed, epoch
// and image alone.
#pragma once

#include <array>
#include <cstdint>

#include "core/random.h"
#include "kernels/augment/rotation.h"
#include "kernels/cost.h"
#include "kernels/executors.h"

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
  std::int64_t rotate = 0;  ///< in 2⁻³² turns, up to 2³¹, half a turn, either way; 0: no rotation

  Cost cost() const {
    return {cost_of_numbers<T>(n * c * h * w, n).bytes + static_cast<double>(n * c * h * w), 0};
  }
};

/// What the random words of one image mean.
struct ImageMove {
  bool mirror;
  std::int64_t top, left;  ///< where the crop begins, relative to the unpadded image: in [−pad, pad]
  std::uint32_t angle;     ///< in 2⁻³² turns, from −rotate up to but not including rotate

  constexpr ImageMove(const RandomSequence& random, std::int64_t image, bool flip, std::int64_t pad,
                      std::int64_t rotate = 0) {
    const auto word = random.block(static_cast<std::uint64_t>(image));
    const auto places = static_cast<std::uint32_t>(2 * pad + 1);
    mirror = flip && (word[0] >> 31) != 0;
    top = static_cast<std::int64_t>(word[1] % places) - pad;
    left = static_cast<std::int64_t>(word[2] % places) - pad;
    const auto range = static_cast<std::uint64_t>(rotate);
    angle = static_cast<std::uint32_t>((std::uint64_t{word[3]} * 2 * range >> 32) - range);
  }
};

NORMA_DECLARE(load_images, LoadImages)

}  // namespace norma
