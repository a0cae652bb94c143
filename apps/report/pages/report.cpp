#include "apps/report/pages/report.h"

#include <fmt/format.h>

#include "apps/report/draw/html.h"
#include "apps/report/draw/page.h"
#include "apps/report/pages/images.h"
#include "apps/report/pages/sections.h"
#include "apps/report/pages/words.h"
#include "core/save_file.h"

namespace norma {
namespace {

int layers_in(const SavedRun& run) {
  return run.norm_statistics.empty() ? 0 : static_cast<int>(run.norm_statistics.front().layers.size());
}

constexpr const char* footer =
    "Made from <a href=\"config.json\">config.json</a>, <a href=\"metrics.jsonl\">metrics.jsonl</a> and "
    "<a href=\"norm_statistics.jsonl\">norm_statistics.jsonl</a> in the same folder. Accuracies in percent.";

}  // namespace

std::string report_html(const ReportData& data) {
  const SavedRun& run = data.run;
  Figures figures;
  const std::string sections = curves_section(run, figures) + norms_section(run, figures) +
                               confusion_section(data) + mistakes_section(data) +
                               layers_section(data.summary) +
                               configuration_section(run.config.command, {run});
  const std::string subtitle =
      fmt::format("{} · {} of {} · {}", run.config.preset, run.epochs.size(),
                  counted(run.epochs_asked(), "epoch"), counted(run.config.train_images, "training image"));
  return render({.kicker = "Norma · report of a run",
                 .title = run_title(run),
                 .subtitle = subtitle,
                 .head = notes_section(run) + headline_section(data),
                 .sections = sections,
                 .footer = footer,
                 .layers = layers_in(run)},
                figures);
}

std::filesystem::path write_report(const ReportData& data, const std::filesystem::path& folder) {
  save_file(folder / "report.html", report_html(data));
  if (!data.run.epochs.empty()) save_file(folder / "curves.png", encode_png(draw_curves(data.run)));
  if (!data.predictions.empty()) save_file(folder / "misclassified.png", encode_png(draw_mistakes(data)));
  return folder / "report.html";
}

}  // namespace norma
