// The section on the norms' statistics during training.
#include <fmt/format.h>

#include <cmath>

#include "apps/report/draw/html.h"
#include "apps/report/pages/charts.h"
#include "apps/report/pages/sections.h"
#include "apps/report/pages/words.h"

namespace norma {
namespace {

std::string number(double value) {
  if (!std::isfinite(value)) return "–";
  const std::string text = fmt::format("{:.3g}", std::abs(value));
  return value < 0 ? "−" + text : text;
}

std::vector<std::string> row_of(const LayerStatistics& layer) {
  std::vector<std::string> row = {escape_html(layer.layer)};
  for (const double ImageStatistics::*what :
       {&ImageStatistics::mean, &ImageStatistics::variance, &ImageStatistics::channel_spread,
        &ImageStatistics::image_spread}) {
    row.push_back(number(layer.x.*what));
    if (layer.y) row.push_back(number((*layer.y).*what));
  }
  for (const ParameterStatistics& p : layer.parameters) {
    row.push_back(number(p.length));
    row.push_back(number(p.gradient));
  }
  return row;
}

// The headings of the columns. Parameters are named without their layer: all layers have the same ones.
std::vector<std::string> heading_of(const LayerStatistics& layer) {
  std::vector<std::string> heading = {"layer"};
  for (const char* what : {"mean", "variance", "channel spread", "image spread"})
    for (const char* where : {"before", "after"})
      if (layer.y || std::string(where) == "before")
        heading.push_back(fmt::format("{}{}", what, layer.y ? fmt::format(", {}", where) : ""));
  for (const ParameterStatistics& p : layer.parameters) {
    const bool own = p.name.starts_with(layer.layer + ".");
    const std::string name = (own ? "" : "conv ") + p.name.substr(p.name.rfind('.') + 1);
    heading.push_back(name);
    heading.push_back("its gradient");
  }
  return heading;
}

}  // namespace

std::string norms_section(const SavedRun& run, Figures& figures) {
  const std::vector<ChartRow> chart_rows = norm_charts(run);
  if (chart_rows.empty()) return "";
  const NormStatistics& last = run.norm_statistics.back();
  std::string html = fmt::format(
      "<section id=\"norms\"><h2>{}</h2>\n<p class=\"lede\">{} Each line is a layer, from the first to the "
      "last; epoch 0 is before training. Always measured on the same {} training images, in training mode, "
      "without dropout.</p>\n",
      last.layers.front().y ? "What the norm does" : "Without a norm", norm_lesson(run), last.images);
  html += legend(chart_rows.front().charts.front().series);
  for (const ChartRow& row : chart_rows) {
    html +=
        fmt::format("<div class=\"quantity\"><h3>{}</h3><p>{}</p><div class=\"pair\">", row.title, row.text);
    for (const Chart& chart : row.charts) html += figures.add(chart);
    html += "</div></div>\n";
  }
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> heading = heading_of(last.layers.front());
  for (const LayerStatistics& layer : last.layers) {
    rows.push_back(row_of(layer));
    if (heading_of(layer).size() > heading.size()) heading = heading_of(layer);
  }
  return html + fmt::format("<details><summary>After epoch {}, as a table</summary>", last.epoch) +
         html_table(fmt::format("After epoch {}", last.epoch), heading, rows) + "</details></section>\n";
}

}  // namespace norma
