#include "apps/report/pages/series_charts.h"

#include <algorithm>
#include <cmath>

#include "apps/report/pages/words.h"

namespace norma {
namespace {

Point mean(const std::vector<Point>& points) {
  Point sum{0, 0};
  for (const Point& p : points) sum = {sum.x + p.x, sum.y + p.y};
  const double count = static_cast<double>(points.size());
  return {sum.x / count, sum.y / count};
}

// Adds the lines of the single runs, and over them the line of their mean. The mean ends where the first run
// ends: a run that diverged ends early, or its value is NaN.
void add_lines(Chart& chart, const std::string& name, const Ink& ink,
               const std::vector<std::vector<Point>>& runs) {
  Series bold{.name = name, .ink = ink};
  std::size_t shortest = runs.front().size();
  for (const std::vector<Point>& points : runs) {
    if (runs.size() > 1) chart.series.push_back({.name = name, .ink = ink, .points = points, .faint = true});
    shortest = std::min(shortest, points.size());
  }
  for (std::size_t i = 0; i < shortest; ++i) {
    std::vector<Point> here;
    for (const std::vector<Point>& points : runs) here.push_back(points.at(i));
    bold.points.push_back(mean(here));
  }
  chart.series.push_back(std::move(bold));
}

void add_epochs(Chart& chart, const std::string& name, const Ink& ink, const VariantResult& variant,
                const EpochValue& value) {
  std::vector<std::vector<Point>> runs;
  for (const SavedRun& run : variant.runs) {
    runs.emplace_back();
    for (const EpochResult& epoch : run.epochs)
      runs.back().push_back({static_cast<double>(epoch.epoch), value(epoch)});
  }
  add_lines(chart, name, ink, runs);
}

}  // namespace

Chart epoch_chart(const std::string& title, const std::vector<VariantResult>& variants,
                  const EpochValue& value) {
  Chart chart{.title = title, .unit = "", .digits = 4};
  for (std::size_t i = 0; i < variants.size(); ++i)
    add_epochs(chart, variants[i].variant.label, {Role::series, static_cast<int>(i)}, variants[i], value);
  return chart;
}

Chart epoch_chart(const std::string& title, const Study& study, std::size_t row, const EpochValue& value) {
  Chart chart{.title = title, .unit = "", .digits = 4};
  const int count = static_cast<int>(study.values.size());
  for (int i = 0; i < count; ++i)
    add_epochs(chart, fmt::format("{:g}", study.values[static_cast<std::size_t>(i)]), {Role::layer, i, count},
               study.at(row, static_cast<std::size_t>(i)), value);
  return chart;
}

Chart study_chart(const std::string& title, const Study& study, const EpochValue& value) {
  Chart chart{.title = title, .unit = "", .digits = 4, .x_name = study.quantity, .x_values = study.values};
  for (std::size_t row = 0; row < study.rows; ++row) {
    std::vector<std::vector<Point>> seeds(study.at(row, 0).runs.size());
    for (std::size_t i = 0; i < study.values.size(); ++i)
      for (std::size_t seed = 0; seed < seeds.size(); ++seed) {
        const SavedRun& run = study.at(row, i).runs.at(seed);
        seeds[seed].push_back({study.values[i], run.diverged().empty() ? value(run.epochs.back()) : NAN});
      }
    add_lines(chart, norm_name(study.at(row, 0).first()), {Role::series, static_cast<int>(row)}, seeds);
  }
  return chart;
}

Chart in_percent(Chart chart) {
  chart.title += " in percent";
  chart.unit = " %";
  chart.digits = 2;
  return chart;
}

}  // namespace norma
