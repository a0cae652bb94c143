// Digits as strokes in a box from (−1, −1) to (1, 1). A stroke is a line or a part of a circle. Each pixel is
// mapped back into the box, by undoing place, turn, slant, size and bend; its brightness depends on its
// distance to the nearest stroke.
//
//       −½    ½                   u →
//   −1   ╭────╮    Arc            v
//        ╵    │    180° … 390°    ↓
//            ╱
//          ╱       Line
//    1   ╱──────   Line
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "data/drawing.h"
#include "data/synthetic.h"

namespace norma {
namespace {

constexpr int size = 28;

struct Point {
  double u, v;
};

double distance(Point a, Point b) {
  const double u = a.u - b.u, v = a.v - b.v;
  return std::sqrt(u * u + v * v);
}

struct Line {
  Point from, to;

  double distance_to(Point p) const {
    const double u = to.u - from.u, v = to.v - from.v;
    const double share = ((p.u - from.u) * u + (p.v - from.v) * v) / (u * u + v * v);
    const double s = std::clamp(share, 0.0, 1.0);
    return distance(p, {from.u + s * u, from.v + s * v});
  }
};

// Part of a circle, clockwise from one angle to another: 0° is right, 90° down, 180° left, 270° up.
class Arc {
 public:
  Arc(Point centre, double radius, double from, double to)
      : centre_(centre),
        radius_(radius),
        first_(at(from)),
        last_(at(to)),
        middle_(at((from + to) / 2)),
        reach_(std::cos((to - from) / 2 * degree)) {}

  double distance_to(Point p) const {
    const double r = distance(p, centre_);
    const double u = p.u - centre_.u, v = p.v - centre_.v;
    const double forward = (u * (middle_.u - centre_.u) + v * (middle_.v - centre_.v)) / radius_;
    if (forward >= r * reach_) return std::abs(r - radius_);  // p lies in the sector
    return std::min(distance(p, first_), distance(p, last_));
  }

 private:
  static constexpr double degree = std::numbers::pi / 180;
  Point at(double angle) const {
    return {centre_.u + radius_ * std::cos(angle * degree), centre_.v + radius_ * std::sin(angle * degree)};
  }

  Point centre_;
  double radius_;
  Point first_, last_, middle_;
  double reach_;  // cosine of the angle from the middle to either end
};

struct Glyph {
  std::vector<Line> lines;
  std::vector<Arc> arcs;
};

const Glyph& glyph(int digit) {
  static const std::array<Glyph, 10> glyphs = {{
      {{{{-.5, -.4}, {-.5, .4}}, {{.5, -.4}, {.5, .4}}},
       {{{0, -.4}, .5, 180, 360}, {{0, .4}, .5, 0, 180}}},                                      // 0
      {{{{.05, -.95}, {.05, .95}}, {{.05, -.95}, {-.35, -.55}}}, {}},                           // 1
      {{{{.43, -.2}, {-.5, .95}}, {{-.5, .95}, {.5, .95}}}, {{{0, -.45}, .5, 180, 390}}},       // 2
      {{}, {{{0, -.45}, .45, 200, 450}, {{0, .45}, .45, 270, 520}}},                            // 3
      {{{{.25, -.95}, {.25, .95}}, {{.25, -.95}, {-.55, .3}}, {{-.55, .3}, {.6, .3}}}, {}},     // 4
      {{{{.45, -.95}, {-.4, -.95}}, {{-.4, -.95}, {-.4, -.1}}}, {{{-.05, .4}, .6, 235, 510}}},  // 5
      {{}, {{{0, .45}, .5, 0, 360}, {{.95, .45}, 1.45, 180, 245}}},                             // 6
      {{{{-.5, -.95}, {.5, -.95}}, {{.5, -.95}, {-.15, .95}}}, {}},                             // 7
      {{}, {{{0, -.47}, .43, 0, 360}, {{0, .46}, .5, 0, 360}}},                                 // 8
      {{}, {{{0, -.45}, .5, 0, 360}, {{-.95, -.45}, 1.45, 0, 65}}},                             // 9
  }};
  return glyphs[static_cast<std::size_t>(digit)];
}

double distance_to_strokes(int digit, Point p) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const Line& line : glyph(digit).lines) nearest = std::min(nearest, line.distance_to(p));
  for (const Arc& arc : glyph(digit).arcs) nearest = std::min(nearest, arc.distance_to(p));
  return nearest;
}

void draw_digit(const RandomSequence& random, std::int64_t image, int digit, std::uint8_t* pixels) {
  Draws draw(random, image);
  const double scale = draw.between(7, 11.5),  // half the height, in pixels
      proportion = draw.between(0.75, 1.25);
  const double reach = size / 2.0 - scale + 1;
  const double x = 13.5 + draw.between(-reach, reach), y = 13.5 + draw.between(-reach, reach);
  const double turn = draw.between(-0.3, 0.3), slant = draw.between(-0.35, 0.35);
  const double bend = draw.between(0, 0.14), phase_u = draw.between(0, 6.3), phase_v = draw.between(0, 6.3);
  const double half_width = draw.between(0.6, 1.7);  // of a stroke, in pixels
  const double light = draw.between(0.55, 1), noise = draw.between(0.01, 0.08);
  const double cosine = std::cos(turn) / scale, sine = std::sin(turn) / scale;
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) {
      const double v = (i - y) * cosine - (j - x) * sine;
      const double u = ((j - x) * cosine + (i - y) * sine + slant * v) / proportion;
      const Point bent{u + bend * std::sin(2 * v + phase_u), v + bend * std::sin(2 * u + phase_v)};
      const double from_edge = half_width - distance_to_strokes(digit, bent) * scale;
      const double cover = std::clamp(0.5 + from_edge, 0.0, 1.0);  // soft over one pixel
      const int k = i * size + j;
      const std::uint32_t word = noise_words(random, image, k / 4)[static_cast<std::size_t>(k % 4)];
      pixels[k] = static_cast<std::uint8_t>(
          std::lround(255 * std::clamp(light * cover + grain(word, noise), 0.0, 1.0)));
    }
}

}  // namespace

DataSplit make_synthetic_digits(std::uint64_t seed, std::int64_t train_images, std::int64_t test_images) {
  // Steps 2 and 3 of the stream: 0 and 1 are make_synthetic's.
  return {"synthetic",
          {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
          draw_images({seed, 2, stream::synthetic}, train_images, 10, 1, size, draw_digit),
          draw_images({seed, 3, stream::synthetic}, test_images, 10, 1, size, draw_digit)};
}

}  // namespace norma
