#include "data/synthetic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "data/drawing.h"

namespace norma {
namespace {

constexpr int size = 32;

double fraction(double v) { return v - std::floor(v); }

// Distance-like: negative inside the figure, positive outside, about one unit a figure's radius.
double figure(int label, double u, double v) {
  const double r = std::hypot(u, v), box = std::max(std::abs(u), std::abs(v));
  switch (label) {
    case 0:
      return r - 0.9;  // disc
    case 1:
      return std::abs(r - 0.72) - 0.22;  // ring
    case 2:
      return box - 0.8;  // square
    case 3:
      return std::max(std::abs(u) * 0.87 + v * 0.5, -v) - 0.5;  // triangle
    case 4:
      return std::max(std::min(std::abs(u), std::abs(v)) - 0.27, box - 0.95);  // plus
    case 5:
      return std::max(std::abs(fraction(v * 1.5) - 0.5) - 0.25, box - 1);  // bars across
    case 6:
      return std::max(std::abs(fraction(u * 1.5) - 0.5) - 0.25, box - 1);  // bars upright
    case 7:
      return std::max(std::abs(fraction((u + v) * 1.1) - 0.5) - 0.25, box - 1);  // bars aslant
    case 8:
      return std::max((fraction(u) - 0.5) * (fraction(v) - 0.5) * 4, box - 1);  // checkers
    default:
      return std::hypot(fraction(u * 1.5) - 0.5, fraction(v * 1.5) - 0.5) - 0.3 +  // dots
             std::max(0.0, box - 1) * 8;
  }
}

using Color = std::array<double, 3>;

Color random_color(Draws& draw) { return {draw.between(0, 1), draw.between(0, 1), draw.between(0, 1)}; }

// A color at least `least` away from another, so that the figure can be seen.
Color distinct_color(Draws& draw, const Color& from, double least) {
  Color color{};
  for (int i = 0; i < 8; ++i) {
    color = random_color(draw);
    if (std::hypot(color[0] - from[0], color[1] - from[1], color[2] - from[2]) >= least) break;
  }
  return color;
}

void draw_image(const RandomSequence& random, std::int64_t image, int label, std::uint8_t* pixels) {
  Draws draw(random, image);
  const double radius = draw.between(6, 13), turn = draw.between(-0.3, 0.3);
  const double x = draw.between(radius - 2, size - radius + 1),
               y = draw.between(radius - 2, size - radius + 1);
  const Color back = random_color(draw), front = distinct_color(draw, back, 0.35);
  const double light = draw.between(-0.25, 0.25), light_angle = draw.between(0, 2 * std::numbers::pi);
  const double noise = draw.between(0.03, 0.14);
  const double cosine = std::cos(turn) / radius, sine = std::sin(turn) / radius;
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) {
      const double u = (j - x) * cosine + (i - y) * sine, v = (i - y) * cosine - (j - x) * sine;
      const double cover = std::clamp(0.5 - figure(label, u, v) * radius, 0.0, 1.0);  // soft over one pixel
      const double shade =
          light * ((j - 15.5) * std::cos(light_angle) + (i - 15.5) * std::sin(light_angle)) / 16;
      const auto words = noise_words(random, image, i * size + j);
      for (std::size_t c = 0; c < 3; ++c) {
        const double value = back[c] + cover * (front[c] - back[c]) + shade + grain(words[c], noise);
        pixels[c * size * size + static_cast<std::size_t>(i * size + j)] =
            static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
      }
    }
}

}  // namespace

DataSplit make_synthetic(std::uint64_t seed, std::int64_t train_images, std::int64_t test_images) {
  return {"synthetic",
          {"disc", "ring", "square", "triangle", "plus", "bars across", "bars upright", "bars aslant",
           "checkers", "dots"},
          draw_images({seed, 0, stream::synthetic}, train_images, 3, size, draw_image),
          draw_images({seed, 1, stream::synthetic}, test_images, 3, size, draw_image)};
}

}  // namespace norma
