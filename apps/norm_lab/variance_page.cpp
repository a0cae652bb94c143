#include <fmt/format.h>

#include <cmath>

#include "apps/norm_lab/pages.h"
#include "apps/report/draw/canvas.h"
#include "apps/report/draw/html.h"
#include "apps/report/draw/page.h"
#include "kernels/norm/variance/variance.h"

namespace norma {
namespace {

constexpr std::size_t count = 4096;
const std::vector<double> ratios = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};

std::string words(double error) { return std::isinf(error) ? "overflow" : fmt::format("{:.2g}", error); }

std::vector<Row> rows_of(const std::vector<std::vector<double>>& sets, const NumberFormat& acc) {
  std::vector<Row> rows;
  for (const VarianceMethod& method : variance_methods()) {
    rows.push_back({method.name});
    for (const auto& x : sets) rows.back().push_back(words(error_in_ulps(method, x, acc)));
  }
  return rows;
}

Chart chart_of(const FormatPair& f) {
  Chart chart{.title = f.title(),
              .unit = "",
              .digits = 2,
              .logarithmic = true,
              .x_name = "mean / deviation",
              .x_values = ratios};
  int index = 0;
  for (const VarianceMethod& method : variance_methods()) {
    Series series{method.name, {Role::series, index++}};
    for (const double ratio : ratios)
      series.points.push_back(
          {ratio, std::max(error_in_ulps(method, numbers_with_mean(ratio, count, *f.stored), *f.accumulator),
                           0.01)});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

Shown show_variance() {
  Shown shown;
  shown.text = fmt::format(
      "errors of a variance in units of the last place of its format (ulp); {} normal numbers of deviation "
      "1\n"
      "not 0: all numbers are equal after rounding, and the result is not 0\n",
      count);
  Figures figures;
  std::string charts, html;
  Canvas canvas(360 * 2 + 48, 252 * 3 + 16);
  double place = 0;
  std::vector<std::string> heading = {"mean / deviation"};
  for (const double ratio : ratios) heading.push_back(fmt::format("{:.0e}", ratio));
  for (const FormatPair& f : format_pairs()) {
    std::vector<std::vector<double>> sets;
    for (const double ratio : ratios) sets.push_back(numbers_with_mean(ratio, count, *f.stored));
    const std::vector<Row> rows = rows_of(sets, *f.accumulator);
    shown.text += text_table(f.title(), heading, rows);
    html += html_table(f.title() + ": errors in ulp", heading, rows);
    const Chart chart = chart_of(f);
    charts += figures.add(chart);
    draw(canvas, chart, {16 + 376 * std::fmod(place, 2), 16 + 252 * std::floor(place / 2), 360, 236});
    ++place;
  }
  heading = {"NIST StRD"};
  std::vector<std::vector<double>> sets;
  for (const NumAcc& set : nist_numacc()) {
    heading.push_back(set.name);
    sets.emplace_back();
    for (const double value : set.values) sets.back().push_back(formats::float32.round(value));
  }
  const std::vector<Row> rows = rows_of(sets, formats::float32);
  shown.text += text_table("NumAcc1 to NumAcc4, rounded to float32; sums in float32", heading, rows);
  html += html_table("NumAcc1 to NumAcc4, rounded to float32: errors in ulp", heading, rows);
  shown.text += '\n';
  std::vector<Row> formulas;
  for (const VarianceMethod& method : variance_methods()) {
    shown.text += fmt::format("  {:<20} {}\n", method.name, method.formula);
    formulas.push_back({method.name, method.formula});
  }
  const Page page{
      .kicker = "norm_lab variance",
      .title = "Ways to compute a variance",
      .subtitle = "their errors, where the mean is much larger than the deviation",
      .head = html_table("Formulas", {"way", "variance"}, formulas),
      .sections = "<section id=\"charts\"><h2>Charts</h2>\n" + legend(chart_of(format_pairs()[0]).series) +
                  charts + "</section>\n<section id=\"numbers\"><h2>Numbers</h2>\n" + html + "</section>\n",
      .footer = "Why the kernels use the corrected two-pass method: kernels/norm/README.md, Numerics"};
  shown.html = render(page, figures);
  shown.picture = canvas.picture();
  return shown;
}

}  // namespace norma
