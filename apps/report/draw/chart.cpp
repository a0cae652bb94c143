#include "apps/report/draw/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "apps/report/draw/font.h"

namespace norma {
namespace {

constexpr double title_height = 22, legend_line = 20, bottom_height = 36, left_width = 44, right_width = 14;
constexpr double letters = 12;  // their size

// "2e-5"
std::string power_label(double value) {
  if (value == 0) return "0";
  const double power = std::floor(std::log10(std::abs(value)) + 1e-9);
  return fmt::format("{:.2g}e{:g}", value / std::pow(10, power), power);
}

// Powers of ten below the smallest normal number round to 0.
bool drawable(const Chart& chart, double y) {
  return std::isfinite(y) && (!chart.logarithmic || y >= std::numeric_limits<double>::min());
}

Range x_range(const Chart& chart) {
  Range range{INFINITY, -INFINITY};
  for (const Series& s : chart.series)
    for (const Point& p : s.points) range = {std::min(range.low, p.x), std::max(range.high, p.x)};
  if (range.low > range.high) return {0, 1};
  if (range.low == range.high && !chart.x_values.empty()) return {range.low / 2, range.high * 2};
  if (range.low == range.high) return {range.low - 1, range.high + 1};
  return range;
}

// Epochs: the whole numbers within the range, and its ends if there is space for them.
std::vector<double> x_ticks(Range range) {
  std::vector<double> ticks;
  const double room = (range.high - range.low) / 12;
  for (const double t : linear_ticks(range, 5))
    if (t == std::round(t) && t >= range.low && t <= range.high) ticks.push_back(t);
  if (ticks.empty() || ticks.front() - range.low > room) ticks.insert(ticks.begin(), range.low);
  if (range.high - ticks.back() > room) ticks.push_back(range.high);
  return ticks;
}

void draw_axes(Surface& surface, const Chart& chart, const ChartAxes& axes) {
  const auto& [x, y] = axes;
  const Ink muted{Role::muted}, grid{Role::grid};
  const std::vector<std::string> rows = tick_labels(y), columns = tick_labels(x);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double at = y(y.ticks[i]);
    surface.line({{x.place.low, at}, {x.place.high, at}}, grid, {1});
    surface.text({x.place.low - 8, at + 4}, rows[i], muted, {letters - 1, Anchor::end});
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double at = x(x.ticks[i]);
    surface.line({{at, y.place.low}, {at, y.place.low + 4}}, muted, {1});
    surface.text({at, y.place.low + 17}, columns[i], muted, {letters - 1, Anchor::middle});
  }
  surface.line({{x.place.low, y.place.low}, {x.place.high, y.place.low}}, muted, {1});
  surface.text({(x.place.low + x.place.high) / 2, y.place.low + 32}, chart.x_name, muted,
               {letters - 1, Anchor::middle});
}

// The places of the legend's names, from its corner, on one or more lines. Faint series have no name.
std::vector<Point> legend_places(const Chart& chart, double width) {
  std::vector<Point> places;
  Point at{0, 0};
  for (const Series& s : chart.series) {
    const double needed = 28 + text_width(s.name, letters);
    if (!s.faint && at.x > 0 && at.x + needed > width) at = {0, at.y + legend_line};
    places.push_back(at);
    if (!s.faint) at.x += needed + 18;
  }
  return places;
}

double legend_height(const Chart& chart, double width) {
  if (!chart.legend) return 0;
  const std::vector<Point> places = legend_places(chart, width);
  return legend_line + (places.empty() ? 0 : places.back().y);
}

void draw_legend(Surface& surface, const Chart& chart, const Box& box) {
  const std::vector<Point> places = legend_places(chart, box.width);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Series& s = chart.series[i];
    if (s.faint) continue;
    const Point at{box.x + places[i].x, box.y + title_height + 13 + places[i].y};
    surface.line({{at.x, at.y - 4}, {at.x + 22, at.y - 4}}, s.ink, {2, s.dashed});
    surface.text({at.x + 28, at.y}, s.name, {Role::text}, {letters});
  }
}

void draw_series(Surface& surface, const Chart& chart, const Series& series, const ChartAxes& axes) {
  std::vector<Point> run;
  const auto finish = [&] {
    if (run.size() == 1) surface.line(run, series.ink, {series.faint ? 3.0 : 5.0});
    if (run.size() > 1) surface.line(run, series.ink, {series.faint ? 0.7 : 2, series.dashed});
    run.clear();
  };
  for (const Point& p : series.points)
    if (drawable(chart, p.y))
      run.push_back({axes.x(p.x), axes.y(p.y)});
    else
      finish();
  finish();
}

}  // namespace

double Axis::operator()(double value) const {
  const auto f = [&](double v) { return logarithmic ? std::log10(v) : v; };
  const double share = (f(value) - f(values.low)) / (f(values.high) - f(values.low));
  return place.low + share * (place.high - place.low);
}

std::vector<double> linear_ticks(Range range, int count) {
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  if (size < 1e-300) range = {-1, 1};
  // A range that is very small is made larger, so that the marks differ within four digits.
  if (range.high - range.low < size / 500) range = {range.low - size / 1000, range.high + size / 1000};
  const double rough = (range.high - range.low) / count, power = std::pow(10, std::floor(std::log10(rough)));
  const double lead = rough / power;
  const double step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
  std::vector<double> ticks;
  const auto last = std::llround(std::ceil(range.high / step - 1e-9));
  for (auto i = std::llround(std::floor(range.low / step + 1e-9)); i <= last; ++i)
    ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::vector<double> logarithmic_ticks(Range range) {
  const int low = static_cast<int>(std::floor(std::log10(range.low) + 1e-9));
  const int high = static_cast<int>(std::ceil(std::log10(range.high) - 1e-9));
  const bool few = high - low <= 3;
  std::vector<double> ticks;
  const int step = std::max(1, (high - low + 5) / 6);
  for (int power = low; power < std::max(high, low + 1) + step; power += step)
    for (const double lead : {1.0, 2.0, 5.0})
      if (few || lead == 1) ticks.push_back(lead * std::pow(10, power));
  // Keep the marks within the range, and the nearest one on each side.
  while (ticks.size() > 2 && ticks[1] <= range.low) ticks.erase(ticks.begin());
  while (ticks.size() > 2 && ticks[ticks.size() - 2] >= range.high) ticks.pop_back();
  return ticks;
}

std::optional<Range> range_of(const std::vector<Chart>& charts) {
  Range range{INFINITY, -INFINITY};
  for (const Chart& chart : charts)
    for (const Series& s : chart.series)
      for (const Point& p : s.points)
        if (drawable(chart, p.y)) range = {std::min(range.low, p.y), std::max(range.high, p.y)};
  if (range.low > range.high) return {};
  return range;
}

std::vector<std::string> tick_labels(const Axis& axis) {
  const std::vector<double>& ticks = axis.ticks;
  const double step = ticks.size() > 1 && !axis.logarithmic ? ticks[1] - ticks[0] : 1;
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 4);
  const auto extreme = [](double t) { return t != 0 && (std::abs(t) < 1e-3 || std::abs(t) >= 1e5); };
  const bool powers = std::any_of(ticks.begin(), ticks.end(), extreme);
  std::vector<std::string> labels;
  for (const double t : ticks)
    labels.push_back(powers             ? power_label(t)
                     : axis.logarithmic ? fmt::format("{:.6g}", t)
                                        : fmt::format("{:.{}f}", t, digits));
  for (std::string& label : labels)
    if (const std::size_t minus = label.find('-'); minus != std::string::npos) label.replace(minus, 1, "−");
  return labels;
}

ChartAxes axes_of(const Chart& chart, const Box& box) {
  const double top = box.y + title_height + legend_height(chart, box.width) + 6;
  const Range x = x_range(chart);
  std::optional<Range> range = chart.range ? chart.range : range_of({chart});
  if (!range) range = Range{chart.logarithmic ? 0.1 : 0, 1};
  if (chart.from_zero) range->low = std::min(range->low, 0.0);
  const std::vector<double> y_ticks = chart.logarithmic ? logarithmic_ticks(*range) : linear_ticks(*range, 5);
  const bool marked = !chart.x_values.empty();
  return {
      {x, {box.x + left_width, box.right() - right_width}, marked, marked ? chart.x_values : x_ticks(x)},
      {{y_ticks.front(), y_ticks.back()}, {box.bottom() - bottom_height, top}, chart.logarithmic, y_ticks}};
}

void draw(Surface& surface, const Chart& chart, const Box& box) {
  const ChartAxes axes = axes_of(chart, box);
  surface.text({box.x, box.y + 14}, chart.title, {Role::text}, {letters + 1, Anchor::start, true});
  if (chart.legend) draw_legend(surface, chart, box);
  draw_axes(surface, chart, axes);
  for (const Series& s : chart.series) draw_series(surface, chart, s, axes);
}

nlohmann::ordered_json json_of(const Chart& chart, const Box& box) {
  using Json = nlohmann::ordered_json;
  const auto json_of_axis = [](const Axis& a) {
    return Json{{"values", {a.values.low, a.values.high}},
                {"place", {a.place.low, a.place.high}},
                {"logarithmic", a.logarithmic}};
  };
  std::map<double, std::size_t> at;  // every x of all series, and its index in the lists
  for (const Series& s : chart.series)
    for (const Point& p : s.points) at[p.x] = 0;
  Json xs = Json::array(), series = Json::array();
  for (auto& [x, index] : at) index = xs.size(), xs.push_back(x);
  for (const Series& s : chart.series) {
    if (s.faint) continue;
    Json values(at.size(), nullptr);
    for (const Point& p : s.points)
      if (std::isfinite(p.y)) values[at[p.x]] = p.y;
    series.push_back({{"name", s.name}, {"color", css_color(s.ink)}, {"values", values}});
  }
  const ChartAxes axes = axes_of(chart, box);
  return {{"title", chart.title},
          {"unit", chart.unit},
          {"digits", chart.digits},
          {"x_name", chart.x_name},
          {"x", json_of_axis(axes.x)},
          {"y", json_of_axis(axes.y)},
          {"at", xs},
          {"series", series}};
}

}  // namespace norma
