// Canvas: a picture to draw on, with smooth edges, in the light colours.
//
// A pixel is covered by a line as far as its centre lies within it:
//
//                    half the width
//   ────────────────┬──────────────── the line's middle        coverage = half the width + ½ − distance,
//                   │ distance                                 kept in [0, 1]
//                   ▢ pixel
//
// which for lines is what many samples a pixel would come to, at the price of one. A polyline's coverage is the
// largest of its parts', so that corners are not painted twice.
#pragma once

#include "apps/report/draw/png.h"
#include "apps/report/draw/surface.h"

namespace norma {

class Canvas : public Surface {
 public:
  /// White, width × height units of `scale` pixels each.
  Canvas(double width, double height, int scale = 2);

  void line(const std::vector<Point>& points, const Ink& ink, const Stroke& stroke) override;
  void text(Point at, const std::string& words, const Ink& ink, const TextStyle& style) override;
  void fill(const Box& box, const Ink& ink);
  /// A picture in a box, each of its pixels a sharp rectangle.
  void image(const Box& box, const Picture& picture);

  const Picture& picture() const { return picture_; }

 private:
  void blend(int x, int y, const Rgb& color, double share);

  double scale_;
  Picture picture_;
};

}  // namespace norma
