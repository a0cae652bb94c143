// Canvas: a picture to draw on, with smooth edges, in the light colours.
//
// How much a line covers a pixel depends on the distance of the pixel's centre from the middle of the line:
//
//   ────────────────┬──────────────── middle of the line       coverage = half the width + ½ − distance,
//                   │ distance                                 limited to [0, 1]
//                   ▢ pixel
//
// For lines, this is close to the mean of many samples per pixel, at the cost of one. The coverage of a
// polyline is the largest coverage of its parts, so that corners are not painted twice.
#pragma once

#include "apps/report/draw/surface.h"
#include "data/image_file.h"

namespace norma {

class Canvas : public Surface {
 public:
  /// A white picture of width × height units. A unit is `scale` pixels.
  Canvas(double width, double height, int scale = 2);

  void line(const std::vector<Point>& points, const Ink& ink, const Stroke& stroke) override;
  void text(Point at, const std::string& words, const Ink& ink, const TextStyle& style) override;
  void fill(const Box& box, const Ink& ink);
  /// Draws a picture in a box. Each of its pixels is a sharp rectangle.
  void image(const Box& box, const Picture& picture);

  const Picture& picture() const { return picture_; }

 private:
  void blend(std::int64_t x, std::int64_t y, const Rgb& color, double share);

  double scale_;
  Picture picture_;
};

}  // namespace norma
