// Shared by the drawn data sets: the random numbers of an image, and the loop over images.
#pragma once

#include <cstdint>

#include "core/parallel.h"
#include "core/random.h"
#include "data/dataset.h"

namespace norma {

inline constexpr int draws_per_image = 64;  // random words that shape an image; its noise comes after them

// The random words of one image, one after the other, as numbers.
class Draws {
 public:
  Draws(const RandomSequence& random, std::int64_t image)
      : random_(random), at_(static_cast<std::uint64_t>(image) << 12) {}
  double between(double low, double high) { return low + (high - low) * random_.uniform(at_++); }

 private:
  RandomSequence random_;
  std::uint64_t at_;
};

// Four words for the noise of an image. They come after its draws.
inline std::array<std::uint32_t, 4> noise_words(const RandomSequence& random, std::int64_t image, int index) {
  const std::uint64_t first = (static_cast<std::uint64_t>(image) << 12) + draws_per_image;
  return random.block(first / 4 + static_cast<std::uint64_t>(index));
}

// A word as uniform noise of mean 0 and the given deviation: its range is √12 deviations wide.
inline double grain(std::uint32_t word, double deviation) {
  return (RandomSequence::to_uniform(word) - 0.5) * 3.46 * deviation;
}

// `count` images of `channels` × size × size pixels with the labels 0 … classes − 1 in turn. Each image is
// drawn by draw(random, image, label, pixels).
template <class Draw>
Dataset draw_images(const RandomSequence& random, std::int64_t count, std::int64_t classes,
                    std::int64_t channels, std::int64_t size, const Draw& draw) {
  Dataset set{Tensor::empty({count, channels, size, size}, DType::uint8),
              Tensor::empty({count}, DType::int64)};
  parallel_ranges(count, 50, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      set.labels.data<std::int64_t>()[i] = i % classes;
      draw(random, i, static_cast<int>(i % classes),
           set.images.data<std::uint8_t>() + i * channels * size * size);
    }
  });
  return set;
}

}  // namespace norma
