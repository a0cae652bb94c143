// A chart: lines over epochs, with axes, on any surface.
//
//   title
//   ── train  ╌╌ test                    optional legend
//   80 ┤- - - - - - - - - - - - - ╮
//   60 ┤- - - - ╭─────────────────┤      one line per series; a gap if a number is missing
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
  int digits = 3;            ///< of values: with a unit, digits after the point, else significant digits
  bool logarithmic = false;  ///< then values that are not positive are gaps
  bool from_zero = false;
  bool legend = true;
  std::optional<Range> range = {};  ///< of y; without it, the range of the series
  std::vector<Series> series = {};
  std::string x_name = "epoch";
  /// The marks of a logarithmic x axis. If empty, the x axis is linear, with even marks.
  std::vector<double> x_values = {};
};

/// Maps values to places in a box, and gives the marks of an axis.
struct Axis {
  Range values;  ///< the ends
  Range place;   ///< the places of the ends on the surface
  bool logarithmic = false;
  std::vector<double> ticks = {};

  double operator()(double value) const;
};

/// About `count` marks, in steps of 1, 2 or 5 times a power of ten, from below the range to above it.
std::vector<double> linear_ticks(Range range, int count);
/// Marks at powers of ten; if these are few, at 1, 2 and 5 times powers of ten.
std::vector<double> logarithmic_ticks(Range range);
/// The range of the values of all series; nothing if there is no value to draw.
std::optional<Range> range_of(const std::vector<Chart>& charts);
/// One label per mark: all with the same number of digits, or as "1e-5" if they are very small or large.
std::vector<std::string> tick_labels(const Axis& axis);

struct ChartAxes {
  Axis x, y;
};
ChartAxes axes_of(const Chart& chart, const Box& box);
/// Draws the whole chart within the box.
void draw(Surface& surface, const Chart& chart, const Box& box);

/// The data for the page's script, which shows values: axes, and the numbers of each series.
nlohmann::ordered_json json_of(const Chart& chart, const Box& box);

}  // namespace norma
