// Exercise 4: what you write, and who calls it.
#pragma once

#include <cstdint>

/// x is [n, c, hw].
struct Shape {
  std::int64_t n;   ///< images
  std::int64_t c;   ///< channels
  std::int64_t hw;  ///< pixels, H·W
};
/// Pixel i of channel c of image n; 0 ≤ n < shape.n, 0 ≤ c < shape.c, 0 ≤ i < shape.hw.
struct Element {
  std::int64_t n, c, i;
};

/// Each function returns the number of the set that the element belongs to, from 0.
extern "C" std::int64_t batch_norm_set(Shape shape, Element e);
extern "C" std::int64_t layer_norm_set(Shape shape, Element e);
extern "C" std::int64_t instance_norm_set(Shape shape, Element e);
/// `groups` is at least 1 and divides shape.c.
extern "C" std::int64_t group_norm_set(Shape shape, std::int64_t groups, Element e);
extern "C" std::int64_t pixel_norm_set(Shape shape, Element e);
