#include "data/resize.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace norma {
namespace {

// The input pixels whose weighted mean is an output pixel, in one direction.
struct Taps {
  std::int64_t first;
  std::vector<float> weights;  // their sum is 1
};

std::vector<Taps> triangles(std::int64_t from, std::int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to), reach = std::max(scale, 1.0);
  std::vector<Taps> taps(static_cast<std::size_t>(to));
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto begin = std::max<std::int64_t>(0, std::llround(centre - reach)),
               end = std::min<std::int64_t>(from, std::llround(centre + reach));
    std::vector<double> weights;
    double sum = 0;
    for (std::int64_t k = begin; k < end; ++k) {
      weights.push_back(std::max(0.0, 1 - std::abs((static_cast<double>(k) + 0.5 - centre) / reach)));
      sum += weights.back();
    }
    Taps& tap = taps[static_cast<std::size_t>(i)];
    tap.first = begin;
    for (const double w : weights) tap.weights.push_back(static_cast<float>(w / sum));
  }
  return taps;
}

// A row of a picture as `channels` planes.
void take_row(const Picture& picture, std::int64_t y, std::int64_t channels, std::vector<float>& planes) {
  const std::int64_t w = picture.width;
  const std::uint8_t* p = picture.pixels.data() + y * w * picture.channels;
  if (picture.channels == 3 && channels == 1) {
    for (std::int64_t x = 0; x < w; ++x, p += 3)
      planes[static_cast<std::size_t>(x)] = 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
    return;
  }
  for (std::int64_t x = 0; x < w; ++x)
    for (std::int64_t c = 0; c < channels; ++c) planes[static_cast<std::size_t>(c * w + x)] = *p++;
}

std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.f, 255.f)));
}

}  // namespace

void resize(const Picture& picture, const Shape& image, std::uint8_t* planes) {
  const std::int64_t channels = image[0], h = image[1], w = image[2];
  if (channels != 1 && channels != 3) fail("pictures can be turned into 1 or 3 channels, not {}", channels);
  const std::int64_t made = std::min(channels, picture.channels);  // if 1 becomes 3, then copied
  const std::vector<Taps> across = triangles(picture.width, w), down = triangles(picture.height, h);
  std::vector<float> row(static_cast<std::size_t>(made * picture.width));
  std::vector<float> narrow(static_cast<std::size_t>(made * picture.height * w));  // [made, height, w]
  for (std::int64_t y = 0; y < picture.height; ++y) {
    take_row(picture, y, made, row);
    for (std::int64_t c = 0; c < made; ++c)
      for (std::int64_t x = 0; x < w; ++x) {
        const Taps& tap = across[static_cast<std::size_t>(x)];
        const float* from = row.data() + c * picture.width + tap.first;
        float sum = 0;
        for (std::size_t k = 0; k < tap.weights.size(); ++k) sum += tap.weights[k] * from[k];
        narrow[static_cast<std::size_t>((c * picture.height + y) * w + x)] = sum;
      }
  }
  std::vector<float> sums(static_cast<std::size_t>(w));
  for (std::int64_t c = 0; c < made; ++c)
    for (std::int64_t y = 0; y < h; ++y) {
      const Taps& tap = down[static_cast<std::size_t>(y)];
      std::fill(sums.begin(), sums.end(), 0.f);
      const float* from = narrow.data() + (c * picture.height + tap.first) * w;
      for (const float weight : tap.weights)
        for (float& sum : sums) sum += weight * *from++;
      std::transform(sums.begin(), sums.end(), planes + (c * h + y) * w, to_byte);
    }
  for (std::int64_t c = made; c < channels; ++c) std::copy_n(planes, h * w, planes + c * h * w);
}

}  // namespace norma
