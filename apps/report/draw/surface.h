// A surface for drawing charts: an SVG in a page, or the pixels of a picture. A unit is about a pixel of a
// usual screen; y grows downwards.
#pragma once

#include <string>
#include <vector>

#include "apps/report/draw/palette.h"

namespace norma {

struct Point {
  double x, y;
};

struct Box {
  double x, y, width, height;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
};

struct Stroke {
  double width = 1;
  bool dashed = false;
};

enum class Anchor { start, middle, end };

struct TextStyle {
  double size = 12;
  Anchor anchor = Anchor::start;
  bool bold = false;
};

class Surface {
 public:
  virtual ~Surface() = default;
  /// Round ends and corners; a single point is a dot.
  virtual void line(const std::vector<Point>& points, const Ink& ink, const Stroke& stroke) = 0;
  /// UTF-8; `at` is on the baseline.
  virtual void text(Point at, const std::string& words, const Ink& ink, const TextStyle& style) = 0;
};

}  // namespace norma
