#include <fmt/format.h>

#include "apps/norm_lab/pages.h"
#include "apps/report/draw/canvas.h"
#include "apps/report/draw/html.h"
#include "apps/report/draw/page.h"

namespace norma {
namespace {

using Numbers = std::vector<double> LayerNoise::*;
using Running = std::optional<double> LayerNoise::*;

std::vector<Row> rows_of(const BatchNoise& noise, Numbers numbers, Running running) {
  std::vector<Row> rows;
  for (const LayerNoise& layer : noise.layers) {
    rows.push_back({fmt::format("{} {}×{}", layer.layer, layer.channels, layer.pixels)});
    for (const double stray : layer.*numbers) rows.back().push_back(fmt::format("{:.3f}", stray));
    rows.back().push_back(layer.*running ? fmt::format("{:.3f}", *(layer.*running)) : "–");
    if (numbers == &LayerNoise::mean) rows.back().push_back(fmt::format("{:.1f}", layer.independent_pixels));
  }
  return rows;
}

Chart chart_of(const BatchNoise& noise, const char* title, Numbers numbers) {
  Chart chart{.title = title, .unit = "", .digits = 2, .logarithmic = true, .x_name = "images per batch"};
  for (const std::int64_t batch : noise.batches) chart.x_values.push_back(static_cast<double>(batch));
  const int layers = static_cast<int>(noise.layers.size());
  for (int i = 0; i < layers; ++i) {
    const LayerNoise& layer = noise.layers[static_cast<std::size_t>(i)];
    Series series{layer.layer, {Role::layer, i, layers}};
    for (std::size_t b = 0; b < noise.batches.size(); ++b)
      series.points.push_back({chart.x_values[b], std::max((layer.*numbers)[b], 1e-3)});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

Shown show_noise(const BatchNoise& noise, const std::string& whose) {
  const std::string means =
                        "mean of a batch: distance from the mean of all images, in deviations of the channel",
                    variances =
                        "variance of a batch: distance from the variance of all images, as a share of it";
  Row heading = {"layer, channels×pixels"};
  for (const std::int64_t batch : noise.batches) heading.push_back(std::to_string(batch));
  heading.push_back("running");
  Row with_pixels = heading;
  with_pixels.push_back("pixels");
  const auto of_means = rows_of(noise, &LayerNoise::mean, &LayerNoise::running_mean),
             of_variances = rows_of(noise, &LayerNoise::variance, &LayerNoise::running_variance);
  const std::string notes =
      "a column per batch size: batch norm in training adds this noise; a ghost batch of b images has that "
      "of b\n"
      "running: the running statistics, with which batch norm is evaluated; its evaluation errs by this\n"
      "pixels: so many independent pixels of an image would stray as much; neighbours resemble each other\n";
  Figures figures;
  const Chart left = chart_of(noise, "stray of the mean", &LayerNoise::mean),
              right = chart_of(noise, "stray of the variance", &LayerNoise::variance);
  const std::string subtitle = fmt::format("{}, {} images; root mean squares", whose, noise.images);
  const Page page{.kicker = "norm_lab noise",
                  .title = "How far a batch strays from the data set",
                  .subtitle = subtitle,
                  .head = "<p>" + escape_html(notes) + "</p>",
                  .sections = "<section id=\"charts\"><h2>Charts</h2>\n" + legend(left.series) +
                              figures.add(left) + figures.add(right) +
                              "</section>\n<section id=\"numbers\"><h2>Numbers</h2>\n" +
                              html_table(means, with_pixels, of_means) +
                              html_table(variances, heading, of_variances) + "</section>\n",
                  .footer = "The sets of batch norm: kernels/norm/README.md"};
  Canvas canvas(800, 280);
  draw(canvas, left, {16, 16, 376, 248});
  draw(canvas, right, {408, 16, 376, 248});
  return {subtitle + "\n" + text_table(means, with_pixels, of_means) +
              text_table(variances, heading, of_variances) + "\n" + notes,
          render(page, figures), canvas.picture()};
}

}  // namespace norma
