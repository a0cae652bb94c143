#include "apps/report/draw/canvas.h"

#include <algorithm>
#include <cmath>

#include "apps/report/draw/font.h"

namespace norma {
namespace {

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
  const double along = square > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / square : 0;
  const double t = std::clamp(along, 0.0, 1.0);
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// The dashes of a polyline: `on` units of its length are drawn, then `off` units are not, in turn.
std::vector<std::vector<Point>> dashes(const std::vector<Point>& points, double on, double off) {
  std::vector<std::vector<Point>> pieces = {{points.front()}};
  bool drawing = true;
  double left = on;
  for (std::size_t i = 1; i < points.size(); ++i) {
    Point from = points[i - 1];
    const Point to = points[i];
    for (double length; (length = std::hypot(to.x - from.x, to.y - from.y)) > left;) {
      from = {from.x + (to.x - from.x) * left / length, from.y + (to.y - from.y) * left / length};
      if (drawing)
        pieces.back().push_back(from);
      else
        pieces.push_back({from});
      drawing = !drawing;
      left = drawing ? on : off;
    }
    left -= std::hypot(to.x - from.x, to.y - from.y);
    if (drawing) pieces.back().push_back(to);
  }
  return pieces;
}

}  // namespace

Canvas::Canvas(double width, double height, int scale)
    : scale_(scale), picture_{std::lround(width * scale), std::lround(height * scale)} {
  picture_.pixels.assign(static_cast<std::size_t>(3 * picture_.width * picture_.height), 255);
}

void Canvas::blend(std::int64_t x, std::int64_t y, const Rgb& color, double share) {
  if (x < 0 || y < 0 || x >= picture_.width || y >= picture_.height) return;
  std::uint8_t* pixel = picture_.pixels.data() + 3 * (y * picture_.width + x);
  for (std::size_t i = 0; i < 3; ++i)
    pixel[i] = static_cast<std::uint8_t>(std::lround((1 - share) * pixel[i] + share * color[i]));
}

void Canvas::line(const std::vector<Point>& points, const Ink& ink, const Stroke& stroke) {
  if (points.empty()) return;
  if (stroke.dashed) {
    for (const auto& piece : dashes(points, 3.5 * stroke.width, 2.5 * stroke.width))
      line(piece, ink, {stroke.width, false});
    return;
  }
  std::vector<Point> at;
  for (const Point& p : points) at.push_back({p.x * scale_, p.y * scale_});
  if (at.size() == 1) at.push_back(at[0]);
  const double half = stroke.width * scale_ / 2;
  const auto [left, right] =
      std::minmax_element(at.begin(), at.end(), [](Point a, Point b) { return a.x < b.x; });
  const auto [top, bottom] =
      std::minmax_element(at.begin(), at.end(), [](Point a, Point b) { return a.y < b.y; });
  const int x0 = static_cast<int>(left->x - half) - 1, x1 = static_cast<int>(right->x + half) + 2;
  const int y0 = static_cast<int>(top->y - half) - 1, y1 = static_cast<int>(bottom->y + half) + 2;
  const Rgb color = light_color(ink);
  std::vector<double> coverage(static_cast<std::size_t>((x1 - x0) * (y1 - y0)));
  for (std::size_t i = 1; i < at.size(); ++i) {
    const Point a = at[i - 1], b = at[i];
    for (int y = static_cast<int>(std::min(a.y, b.y) - half) - 1; y < std::max(a.y, b.y) + half + 1; ++y)
      for (int x = static_cast<int>(std::min(a.x, b.x) - half) - 1; x < std::max(a.x, b.x) + half + 1; ++x) {
        const double distance = distance_to_segment({x + 0.5, y + 0.5}, a, b);
        double& most = coverage[static_cast<std::size_t>((y - y0) * (x1 - x0) + x - x0)];
        most = std::max(most, std::clamp(half + 0.5 - distance, 0.0, 1.0));
      }
  }
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x)
      blend(x, y, color, coverage[static_cast<std::size_t>((y - y0) * (x1 - x0) + x - x0)]);
}

void Canvas::text(Point at, const std::string& words, const Ink& ink, const TextStyle& style) {
  const double size = style.size * scale_, width = text_width(words, size, style.bold);
  const double shift = style.anchor == Anchor::start ? 0 : style.anchor == Anchor::middle ? width / 2 : width;
  const Rgb color = light_color(ink);
  for (const Glyph& glyph : set_text(words, at.x * scale_ - shift, at.y * scale_, size, style.bold))
    for (int y = 0; y < glyph.height; ++y)
      for (int x = 0; x < glyph.width; ++x)
        blend(glyph.x + x, glyph.y + y, color,
              glyph.coverage[static_cast<std::size_t>(y) * glyph.width + x] / 255.0);
}

void Canvas::fill(const Box& box, const Ink& ink) {
  Picture dot{1, 1, 3, {}};
  const Rgb color = light_color(ink);
  dot.pixels.assign(color.begin(), color.end());
  image(box, dot);
}

void Canvas::image(const Box& box, const Picture& picture) {
  const auto pixel = [&](double units) { return static_cast<int>(std::lround(units * scale_)); };
  const int x0 = pixel(box.x), y0 = pixel(box.y), width = pixel(box.right()) - x0,
            height = pixel(box.bottom()) - y0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const std::int64_t from = (y * picture.height / height) * picture.width + x * picture.width / width;
      const std::uint8_t* p = picture.pixels.data() + from * picture.channels;
      blend(x0 + x, y0 + y, picture.channels == 1 ? Rgb{p[0], p[0], p[0]} : Rgb{p[0], p[1], p[2]}, 1);
    }
}

}  // namespace norma
