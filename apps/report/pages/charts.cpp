#include "apps/report/pages/charts.h"

#include <cmath>
#include <functional>

namespace norma {
namespace {

Chart score_chart(const SavedRun& run, double Score::*what) {
  Chart chart;
  Series train{"train", {Role::series, 0}, true}, test{"test", {Role::series, 1}},
      validation{"validation", {Role::series, 2}};
  for (const EpochResult& e : run.epochs) {
    const double x = e.epoch;
    train.points.push_back({x, e.train.*what});
    test.points.push_back({x, e.test.*what});
    if (e.validation) validation.points.push_back({x, (*e.validation).*what});
  }
  chart.series = {train, test};
  if (!validation.points.empty()) chart.series.push_back(validation);
  return chart;
}

using Value = std::function<double(const LayerStatistics&)>;

// "C1" of "C1.norm"
std::string block_of(const std::string& layer) { return layer.substr(0, layer.rfind('.')); }

// One line per layer.
Chart layer_chart(const SavedRun& run, const std::string& title, const Value& value) {
  Chart chart{.title = title, .unit = "", .legend = false};
  const auto& layers = run.norm_statistics.front().layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Series series{block_of(layers[i].layer),
                  {Role::layer, static_cast<int>(i), static_cast<int>(layers.size())}};
    for (const NormStatistics& s : run.norm_statistics)
      series.points.push_back({static_cast<double>(s.epoch), value(s.layers.at(i))});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

// Before and after the norm, on the same scale.
ChartRow image_row(const SavedRun& run, const std::string& title, const std::string& text,
                   double ImageStatistics::*what, bool logarithmic, bool from_zero) {
  const LayerStatistics& first = run.norm_statistics.front().layers.front();
  ChartRow row{title, text, {}};
  row.charts.push_back(layer_chart(run, first.y ? "before the norm" : "after the convolution",
                                   [=](const LayerStatistics& l) { return l.x.*what; }));
  if (first.y)
    row.charts.push_back(layer_chart(
        run, "after the norm", [=](const LayerStatistics& l) { return l.y ? (*l.y).*what : std::nan(""); }));
  for (Chart& chart : row.charts) chart.logarithmic = logarithmic, chart.from_zero = from_zero;
  const std::optional<Range> range = range_of(row.charts);
  for (Chart& chart : row.charts) chart.range = range;
  return row;
}

bool is_of(const ParameterStatistics& p, const LayerStatistics& layer, const std::string& name) {
  if (name == "conv" && layer.y) return !p.name.starts_with(layer.layer + ".") && p.name.ends_with(".weight");
  return p.name == layer.layer + "." + (name == "conv" ? "weight" : name);
}

double value_of(const LayerStatistics& layer, const std::string& name, double ParameterStatistics::*what) {
  for (const ParameterStatistics& p : layer.parameters)
    if (is_of(p, layer, name)) return p.*what;
  return std::nan("");
}

// Divides by the values before training, so that layers of all sizes begin at 1.
void divide_by_first(Chart& chart) {
  for (Series& series : chart.series) {
    const double first = series.points.front().y;
    for (Point& p : series.points) p.y /= first;
  }
}

// A parameter and its gradient.
ChartRow parameter_row(const SavedRun& run, const std::string& title, const std::string& text,
                       const std::string& name, bool relative) {
  const auto of = [name](double ParameterStatistics::*what) {
    return [name, what](const LayerStatistics& layer) { return value_of(layer, name, what); };
  };
  ChartRow row{title, text, {}};
  row.charts = {layer_chart(run, "length", of(&ParameterStatistics::length)),
                layer_chart(run, "length of its gradient", of(&ParameterStatistics::gradient))};
  for (Chart& chart : row.charts) chart.from_zero = true;
  if (relative) {
    divide_by_first(row.charts[0]);
    row.charts[0].title = "length, divided by the length before training";
    row.charts[0].from_zero = false;
  }
  return row;
}

}  // namespace

Chart accuracy_chart(const SavedRun& run) {
  Chart chart = score_chart(run, &Score::accuracy);
  chart.title = "Accuracy in percent";
  chart.unit = " %";
  chart.digits = 2;
  return chart;
}

Chart loss_chart(const SavedRun& run) {
  Chart chart = score_chart(run, &Score::loss);
  chart.title = "Loss";
  chart.digits = 4;
  return chart;
}

std::vector<ChartRow> norm_charts(const SavedRun& run) {
  if (run.norm_statistics.empty() || run.norm_statistics.front().layers.empty()) return {};
  using S = ImageStatistics;
  std::vector<ChartRow> rows = {
      image_row(run, "Mean", "Over all images, channels and pixels.", &S::mean, false, false),
      image_row(run, "Variance", "Over the same, on a logarithmic scale.", &S::variance, true, false),
      image_row(run, "Spread of the channels",
                "The standard deviation of the channels’ means: 0 if all channels have the same mean.",
                &S::channel_spread, false, true),
      image_row(run, "Spread of the images",
                "The standard deviation of the images’ means: 0 if all images have the same mean.",
                &S::image_spread, false, true)};
  const bool norms = run.norm_statistics.front().layers.front().y.has_value();
  if (norms) {
    rows.push_back(parameter_row(run, "The norm’s weight", "Its length is √Σw²; all w are 1 before training.",
                                 "weight", true));
    rows.push_back(parameter_row(run, "The norm’s bias", "All zeros before training.", "bias", false));
  }
  const char* const text =
      norms ? "The weight of the convolution before the norm. The output of the norm does "
              "not depend on the length of this weight. So its gradient is at right angles "
              "to it, and steps make it longer, unless weight decay prevents that."
            : "The weight of each convolution.";
  rows.push_back(parameter_row(run, "The convolution’s weight", text, "conv", true));
  return rows;
}

}  // namespace norma
