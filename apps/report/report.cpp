#include "apps/report/report.h"

#include <fmt/format.h>

#include <regex>

#include "apps/report/embedded.h"
#include "apps/report/html.h"
#include "apps/report/images.h"
#include "apps/report/sections.h"
#include "apps/report/words.h"
#include "apps/save_file.h"

namespace norma {
namespace {

int layers_in(const SavedRun& run) {
  return run.norm_statistics.empty() ? 0 : static_cast<int>(run.norm_statistics.front().layers.size());
}

// Links to the sections, by their headings: <section id="curves"><h2>Curves</h2>.
std::string navigation(const std::string& sections) {
  const std::regex heading("<section id=\"([a-z]+)\"><h2>([^<]*)</h2>");
  std::string html;
  for (std::sregex_iterator at(sections.begin(), sections.end(), heading), end; at != end; ++at)
    html += fmt::format("<a href=\"#{}\">{}</a>", at->str(1), at->str(2));
  return html;
}

}  // namespace

std::string report_html(const ReportData& data) {
  const SavedRun& run = data.run;
  Figures figures;
  const std::string sections = curves_section(run, figures) + norms_section(run, figures) +
                               confusion_section(data) + mistakes_section(data) +
                               layers_section(data.summary) + configuration_section(run);
  const auto& network = run.config.at("network");
  const std::string subtitle =
      fmt::format("{} · {} of {} epochs · {} training images",
                  escape_html(network.at("name").get<std::string>()), run.epochs.size(), run.epochs_asked(),
                  with_commas(run.config.at("data").at("train_images").get<std::int64_t>()));
  return fill_template(embedded::report_template(), {{"palette", css_palette(layers_in(run))},
                                                     {"kicker", "Norma · report of a run"},
                                                     {"title", escape_html(run_title(run))},
                                                     {"subtitle", subtitle},
                                                     {"navigation", navigation(sections)},
                                                     {"head", notes_section(run) + headline_section(data)},
                                                     {"sections", sections},
                                                     {"charts", script_json(figures.json())}});
}

std::filesystem::path write_report(const ReportData& data, const std::filesystem::path& folder) {
  save_file(folder / "report.html", report_html(data));
  if (!data.run.epochs.empty()) save_file(folder / "curves.png", encode_png(draw_curves(data.run)));
  if (!data.predictions.empty()) save_file(folder / "misclassified.png", encode_png(draw_mistakes(data)));
  return folder / "report.html";
}

}  // namespace norma
