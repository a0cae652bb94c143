#include "apps/report/draw/svg.h"

#include <fmt/format.h>

#include "apps/report/draw/html.h"

namespace norma {
namespace {

std::string number(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

void SvgSurface::line(const std::vector<Point>& points, const Ink& ink, const Stroke& stroke) {
  std::string d;
  for (const Point& p : points) d += (d.empty() ? "M" : "L") + number(p.x) + " " + number(p.y);
  if (points.size() == 1) d += "h0";  // with round ends, a dot
  content_ += fmt::format(R"(<path d="{}" style="stroke:{}" stroke-width="{}"{}/>)", d, css_color(ink),
                          number(stroke.width), stroke.dashed ? R"( stroke-dasharray="5 4")" : "");
}

void SvgSurface::text(Point at, const std::string& words, const Ink& ink, const TextStyle& style) {
  const char* anchor = style.anchor == Anchor::start    ? ""
                       : style.anchor == Anchor::middle ? R"( text-anchor="middle")"
                                                        : R"( text-anchor="end")";
  content_ += fmt::format(R"(<text x="{}" y="{}" style="fill:{}" font-size="{}"{}{}>{}</text>)", number(at.x),
                          number(at.y), css_color(ink), number(style.size), anchor,
                          style.bold ? R"( font-weight="600")" : "", escape_html(words));
}

}  // namespace norma
