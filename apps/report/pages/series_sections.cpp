#include "apps/report/pages/series_sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/cli/progress.h"
#include "apps/report/draw/html.h"
#include "apps/report/pages/words.h"

namespace norma {
namespace {

struct Mistake {
  std::size_t label, predicted;
  double share;  // of the images of that label, in percent
};

std::vector<Mistake> commonest(const Confusion& confusion, std::size_t count) {
  std::vector<Mistake> all;
  for (std::size_t i = 0; i < confusion.classes(); ++i)
    for (std::size_t k = 0; k < confusion.classes(); ++k)
      if (i != k && confusion.count(i, k) > 0) all.push_back({i, k, 100 * confusion.share(i, k)});
  std::stable_sort(all.begin(), all.end(),
                   [](const Mistake& a, const Mistake& b) { return a.share > b.share; });
  all.resize(std::min(all.size(), count));
  return all;
}

// One row per class, one column per variant; the best of each row is bold.
std::string accuracy_table(const SeriesResult& series, const std::vector<std::string>& names) {
  std::vector<std::string> heading = {"class"};
  for (const VariantResult& v : series.variants) heading.push_back(escape_html(v.variant.label));
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < names.size(); ++i) {
    double best = 0;
    for (const VariantResult& v : series.variants) best = std::max(best, v.confusion.accuracy(i).value_or(0));
    rows.push_back({names[i]});
    for (const VariantResult& v : series.variants) {
      const auto accuracy = v.confusion.accuracy(i);
      const std::string text = accuracy ? fmt::format("{:.1f}", *accuracy) : "–";
      rows.back().push_back(best > 0 && accuracy == best ? "<b>" + text + "</b>" : text);
    }
  }
  return html_table("Accuracy by class in percent, the best in bold", heading, rows);
}

// One row per rank, one column per variant.
std::string mistakes_table(const SeriesResult& series, const std::vector<std::string>& names) {
  constexpr std::size_t count = 8;
  std::vector<std::string> heading = {""};
  std::vector<std::vector<std::string>> rows(count);
  for (std::size_t i = 0; i < count; ++i) rows[i].push_back(std::to_string(i + 1));
  for (const VariantResult& v : series.variants) {
    heading.push_back(escape_html(v.variant.label));
    const std::vector<Mistake> mistakes = commonest(v.confusion, count);
    for (std::size_t i = 0; i < count; ++i)
      rows[i].push_back(i < mistakes.size() ? fmt::format("{} → {}&ensp;{:.1f}", names[mistakes[i].label],
                                                          names[mistakes[i].predicted], mistakes[i].share)
                                            : "–");
  }
  return html_table("The most common mistakes: the percentage of the images of a class predicted as another",
                    heading, rows);
}

}  // namespace

std::vector<SavedRun> all_runs(const SeriesResult& series) {
  std::vector<SavedRun> runs;
  for (const VariantResult& v : series.variants) runs.insert(runs.end(), v.runs.begin(), v.runs.end());
  return runs;
}

std::string series_subtitle(const SeriesResult& series) {
  const SavedRun& run = series.variants.front().first();
  const auto seeds = static_cast<std::int64_t>(series.variants.front().runs.size());
  std::string network = run.config.preset;  // and what all of its runs share
  if (run.config.standardize) network += " · standardized filters";
  if (run.config.precision != Precision::exact) network += " · " + name(run.config.precision);
  return fmt::format("{} · {} · {} · {}", network, counted(run.epochs_asked(), "epoch"),
                     counted(seeds, "seed"), counted(run.config.train_images, "training image"));
}

std::string series_heading(const SeriesResult& series) {
  return data_title(series.variants.front().first()) + " · " + series_subtitle(series);
}

std::string series_notes(const SeriesResult& series) {
  std::string html = synthetic_note(series.variants.front().first());
  if (!series.missing.empty())
    html += fmt::format("<p class=\"note\"><b>Not complete yet:</b> {}.</p>\n",
                        escape_html(fmt::format("{}", fmt::join(series.missing, "; "))));
  for (const SavedRun& run : all_runs(series))
    if (!run.diverged().empty())
      html += fmt::format("<p class=\"note\"><b>{} diverged:</b> {}.</p>\n",
                          escape_html(run.folder.filename().string()), escape_html(run.diverged()));
  return html;
}

std::string classes_section(const SeriesResult& series) {
  const std::vector<std::string> names = escaped(series.classes);
  std::string html =
      "<section id=\"classes\"><h2>Class by class</h2>\n<p class=\"lede\">After the last epoch, the test "
      "images of all seeds together.</p>\n<div class=\"tables\">" +
      accuracy_table(series, names) + mistakes_table(series, names) + "</div>\n";
  for (const VariantResult& v : series.variants)
    if (v.finished() > 0)
      html += "<details><summary>The confusion matrix of " + escape_html(v.variant.label) + "</summary>" +
              confusion_matrix(v.confusion, names) + "</details>\n";
  return html + "</section>\n";
}

std::string runs_section(const SeriesResult& series) {
  std::vector<std::vector<std::string>> rows;
  for (const SavedRun& run : all_runs(series)) {
    const std::string folder = escape_html(run.folder.filename().string());
    const std::string link = fmt::format("<a href=\"{0}/report.html\">{0}</a>", folder);
    if (!run.diverged().empty()) {
      rows.push_back({link, fmt::format("diverged in epoch {}", run.epochs.size() + 1), "–", "–", "–", "–"});
      continue;
    }
    const EpochResult &last = run.epochs.back(), &best = run.best();
    rows.push_back({link, percent(last.test.accuracy),
                    fmt::format("{} (epoch {})", percent(best.test.accuracy), best.epoch),
                    percent(last.train.accuracy), fmt::format("{:.4f}", last.test.loss),
                    duration(training_seconds(run.epochs))});
  }
  return "<section id=\"runs\"><h2>Runs</h2>\n<p class=\"lede\">Each run has its own report.</p>\n" +
         html_table("Every run",
                    {"run", "test accuracy, last", "test accuracy, best", "train accuracy, last",
                     "test loss, last", "training time"},
                    rows) +
         "</section>\n";
}

}  // namespace norma
