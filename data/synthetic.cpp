#include "data/synthetic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "data/drawing.h"

namespace norma {
namespace {

double fraction(double v) { return v - std::floor(v); }

// Like a distance, in units of the figure's radius: negative inside the figure, positive outside.
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

using Color = std::array<double, 3>;  // or grey, as {light, 0, 0}

Color random_color(Draws& draw, int channels) {
  Color color{};
  for (int c = 0; c < channels; ++c) color[static_cast<std::size_t>(c)] = draw.between(0, 1);
  return color;
}

// A color at least `least` away from another, so that the figure can be seen.
Color distinct_color(Draws& draw, int channels, const Color& from, double least) {
  Color color{};
  for (int i = 0; i < 8; ++i) {
    color = random_color(draw, channels);
    if (std::hypot(color[0] - from[0], color[1] - from[1], color[2] - from[2]) >= least) break;
  }
  return color;
}

// A color at this distance from another. Each channel goes away from its nearer end, so up to half of the
// range is possible.
Color color_at(Draws& draw, int channels, const Color& from, double distance) {
  Color way{};
  for (int c = 0; c < channels; ++c) {
    const auto k = static_cast<std::size_t>(c);
    way[k] = (from[k] < 0.5 ? 1 : -1) * draw.between(0.2, 1);
  }
  const double length = std::hypot(way[0], way[1], way[2]);
  Color color{};
  for (std::size_t k = 0; k < 3; ++k) color[k] = from[k] + distance * way[k] / length;
  return color;
}

// How figures vary, and what else is in the image.
struct Style {
  double least_radius, largest_radius;  // in pixels of 32
  double turn;                          // at most, to either side, in radians
  double stretch;                       // height over width, at most, and its inverse
  double noise;                         // its deviation, at most
  int spots;               // of other colors: the first half behind the figure, the rest before it
  bool contrast_of_class;  // images with an odd label have more contrast than those with an even one
};
constexpr Style plain = {6, 13, 0.3, 1, 0.14, 0, false}, cluttered = {5, 11, 0.34, 1.3, 0.12, 4, true};

// The part of an image that a figure is placed in, in pixels, and how large it may be.
struct Frame {
  double left, width, height;
  double least_radius, largest_radius;
};

class Figure {
 public:
  Figure(Draws& draw, int label, const Frame& f, const Style& style)
      : label_(label),
        radius_(draw.between(f.least_radius, f.largest_radius)),
        turn_(draw.between(-style.turn, style.turn)),
        stretch_(style.stretch == 1 ? 1 : std::pow(style.stretch, draw.between(-0.5, 0.5))),
        x_(draw.between(f.left + (radius_ - 2), f.left + (f.width - radius_ + 1))),
        y_(draw.between(radius_ - 2, f.height - radius_ + 1)) {}

  /// How much of pixel (i, j) it covers, soft over one pixel.
  double cover(int i, int j) const {
    const double u = ((j - x_) * cosine_ + (i - y_) * sine_) * stretch_,
                 v = ((i - y_) * cosine_ - (j - x_) * sine_) / stretch_;
    return std::clamp(0.5 - figure(label_, u, v) * radius_, 0.0, 1.0);
  }

  Color color{};

 private:
  int label_;
  double radius_, turn_, stretch_, x_, y_;
  double cosine_ = std::cos(turn_) / radius_, sine_ = std::sin(turn_) / radius_;
};

// A disc that says nothing about the class.
struct Spot {
  double x, y, radius;
  Color color;

  Spot(Draws& draw, int channels, double size)
      : x(draw.between(0, size)),
        y(draw.between(0, size)),
        radius(size * draw.between(0.05, 0.14)),
        color(random_color(draw, channels)) {}
  double cover(int i, int j) const { return std::clamp(radius + 0.5 - std::hypot(j - x, i - y), 0.0, 1.0); }
};

// The contrast of an image says something about its class. A norm that divides each image by the image's own
// deviation does not see it.
double contrast_of(Draws& draw, int label) {
  return label % 2 == 0 ? draw.between(0.4, 0.75) : draw.between(0.65, 1);
}

// Figures on a background of one color, with light from one side and noise. Two coloured figures, or one
// with four spots, need up to 62 draws.
void draw_figures(const RandomSequence& random, std::int64_t image, std::initializer_list<int> labels,
                  int channels, int size, const Style& style, std::uint8_t* pixels) {
  Draws draw(random, image);
  const auto count = static_cast<int>(labels.size());
  const double width = size / static_cast<double>(count), scale = size / 32.0;
  Color back{};
  std::vector<Figure> figures;
  for (const int label : labels) {
    const bool first = figures.empty();
    const Frame frame = count == 1
                            ? Frame{0, width, width, style.least_radius * scale, style.largest_radius * scale}
                            : Frame{first ? 0 : width, width, 2 * width, 4.5 * scale, 8.5 * scale};
    figures.emplace_back(draw, label, frame, style);
    if (first) back = random_color(draw, channels);
    figures.back().color = style.contrast_of_class ? color_at(draw, channels, back, draw.between(0.15, 0.5))
                                                   : distinct_color(draw, channels, back, 0.35);
  }
  const double light = draw.between(-0.25, 0.25), light_angle = draw.between(0, 2 * std::numbers::pi);
  const double noise = draw.between(0.03, style.noise), middle = (size - 1) / 2.0;
  std::vector<Spot> spots;
  for (int k = 0; k < style.spots; ++k) spots.emplace_back(draw, channels, size);
  const auto before = spots.begin() + style.spots / 2;
  const double contrast = style.contrast_of_class ? contrast_of(draw, *labels.begin()) : 1;
  const double across = std::cos(light_angle), down = std::sin(light_angle);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) {
      const double shade = light * ((j - middle) * across + (i - middle) * down) / (size / 2);
      const auto words = noise_words(random, image, i * size + j);
      Color color = back;
      const auto paint = [&](const auto& thing) {
        const double cover = thing.cover(i, j);
        for (std::size_t c = 0; c < 3; ++c) color[c] += cover * (thing.color[c] - color[c]);
      };
      std::for_each(spots.begin(), before, paint);
      std::for_each(figures.begin(), figures.end(), paint);
      std::for_each(before, spots.end(), paint);
      for (int c = 0; c < channels; ++c) {
        const auto k = static_cast<std::size_t>(c);
        const double full = color[k] + shade + grain(words[k], noise);
        const double value = std::clamp(0.5 + contrast * (full - 0.5), 0.0, 1.0);
        const double raised = 255 * value + 0.5;  // the cast rounds it down; lround is slow
        pixels[(c * size + i) * size + j] = static_cast<std::uint8_t>(raised);
      }
    }
}

constexpr double wrong_labels = 0.02;  // of the training images: drawn again, from all classes

const std::vector<std::string> names = {"disc",        "ring",         "square",      "triangle", "plus",
                                        "bars across", "bars upright", "bars aslant", "checkers", "dots"};

// Steps `step` and `step` + 1 of the stream are the training and the test images.
template <class Draw>
DataSplit draw_split(std::uint64_t seed, std::uint32_t step, std::int64_t train_images,
                     std::int64_t test_images, std::vector<std::string> classes, int channels, int size,
                     const Draw& draw) {
  const auto count = static_cast<std::int64_t>(classes.size());
  return {"synthetic", std::move(classes),
          draw_images({seed, step, stream::synthetic}, train_images, count, channels, size, draw),
          draw_images({seed, step + 1, stream::synthetic}, test_images, count, channels, size, draw)};
}

}  // namespace

DataSplit make_synthetic(std::uint64_t seed, std::int64_t train_images, std::int64_t test_images) {
  DataSplit data =
      draw_split(seed, 0, train_images, test_images, names, 3, 32,
                 [](const RandomSequence& random, std::int64_t image, int label, std::uint8_t* pixels) {
                   draw_figures(random, image, {label}, 3, 32, cluttered, pixels);
                 });
  const RandomSequence random{seed, 8, stream::synthetic};
  std::uint64_t at = 0;
  for (std::int64_t& label : data.train.labels.span<std::int64_t>()) {
    const double chance = random.uniform(at++), other = random.uniform(at++);
    if (chance < wrong_labels) label = static_cast<std::int64_t>(other * 10);
  }
  return data;
}

// Steps 2 and 3 of the stream belong to the digits (synthetic_digits.cpp), step 8 to wrong labels.

DataSplit make_synthetic_pairs(Labels labels, std::uint64_t seed, std::int64_t train_images,
                               std::int64_t test_images) {
  std::vector<std::string> fine, coarse;
  for (const std::string& left : names) {
    for (const std::string& right : names) fine.push_back(left + " beside " + right);
    coarse.push_back(left + " beside a shape"), coarse.push_back(left + " beside a pattern");
  }
  DataSplit data =
      draw_split(seed, 4, train_images, test_images, std::move(fine), 3, 32,
                 [](const RandomSequence& random, std::int64_t image, int label, std::uint8_t* pixels) {
                   draw_figures(random, image, {label / 10, label % 10}, 3, 32, plain, pixels);
                 });
  if (labels == Labels::coarse) {
    data.classes = std::move(coarse);
    for (const Dataset* set : {&data.train, &data.test})
      for (std::int64_t& label : set->labels.span<std::int64_t>()) label /= 5;
  }
  return data;
}

DataSplit make_synthetic_grey(std::uint64_t seed, std::int64_t train_images, std::int64_t test_images) {
  return draw_split(seed, 6, train_images, test_images, names, 1, 28,
                    [](const RandomSequence& random, std::int64_t image, int label, std::uint8_t* pixels) {
                      draw_figures(random, image, {label}, 1, 28, plain, pixels);
                    });
}

}  // namespace norma
