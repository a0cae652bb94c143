// SVG within a page. Colours come from the style sheet of the page.
#pragma once

#include "apps/report/draw/chart.h"

namespace norma {

class SvgSurface : public Surface {
 public:
  void line(const std::vector<Point>& points, const Ink& ink, const Stroke& stroke) override;
  void text(Point at, const std::string& words, const Ink& ink, const TextStyle& style) override;
  /// The drawing, as the content of an <svg>.
  const std::string& content() const { return content_; }

 private:
  std::string content_;
};

}  // namespace norma
