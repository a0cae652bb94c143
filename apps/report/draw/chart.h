// A chart: lines over epochs, with axes, on any surface.
//
//   title
//   ── train  ╌╌ test                    legend, where there is one
//   80 ┤- - - - - - - - - - - - - ╮
//   60 ┤- - - - ╭─────────────────┤      one line a series; a gap where a number is missing
//   40 ┤- ╭─────╯- - - - - - - - -┤
//      └──┬──────┬──────┬──────┬──╯
//         5     10     15     20
//                epoch
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/report/draw/surface.h"

namespace norma {

struct Series {
  std::string name;
  Ink ink;
  bool dashed = false;
  std::vector<Point> points = {};  ///< x in rising order; a y that is not finite is a gap
  bool faint = false;              ///< a thin line behind the others, without a name or values on hover
};

struct Range {
  double low, high;
};

struct Chart {
  std::string title;
  std::string unit;          ///< after values: " %"
  int digits = 3;            ///< of values, after the point if there is a unit, else significant ones
  bool logarithmic = false;  ///< values that are not positive are gaps then
  bool from_zero = false;
  bool legend = true;
  std::optional<Range> range = {};  ///< of y; else what the series need
  std::vector<Series> series = {};
  std::string x_name = "epoch";
  std::vector<double> x_values =
      {};  ///< where x is marked, on a logarithmic axis; else a linear one, marked evenly
};

/// Where values lie in a box, and where an axis is marked.
struct Axis {
  Range values;  ///< the ends
  Range place;   ///< where the ends lie on the surface
  bool logarithmic = false;
  std::vector<double> ticks = {};

  double operator()(double value) const;
};

/// Marks at 1, 2 or 5 times a power of ten, about `count` of them, of which the first and the last hold the range.
std::vector<double> linear_ticks(Range range, int count);
/// Marks at powers of ten, or at 1, 2 and 5 of them, where those are few.
std::vector<double> logarithmic_ticks(Range range);
/// The values of all series; nothing where there is none to draw.
std::optional<Range> range_of(const std::vector<Chart>& charts);
/// One for each tick: with equally many digits, or as "1e-5" where they are very small or large.
std::vector<std::string> tick_labels(const Axis& axis);

struct ChartAxes {
  Axis x, y;
};
ChartAxes axes_of(const Chart& chart, const Box& box);
/// Draws all of it within the box.
void draw(Surface& surface, const Chart& chart, const Box& box);

/// What the page's script needs to show values: axes, and the numbers of each series.
nlohmann::ordered_json json_of(const Chart& chart, const Box& box);

}  // namespace norma
