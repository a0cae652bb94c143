#include "apps/report/pages/series_report.h"

#include <fmt/format.h>

#include "apps/report/draw/html.h"
#include "apps/report/draw/page.h"
#include "apps/report/pages/images.h"
#include "apps/report/pages/series_charts.h"
#include "apps/report/pages/series_sections.h"
#include "apps/report/pages/words.h"
#include "core/save_file.h"

namespace norma {
namespace {

constexpr const char* footer = "Made from the run folders beside this page.";
constexpr const char* lines_note =
    "Bold lines are means over the seeds, thin lines are single runs. Train figures are means over an epoch, "
    "in which the weights change. Test figures use the weights at the end of the epoch.";

double test_accuracy(const EpochResult& e) { return e.test.accuracy; }
double test_loss(const EpochResult& e) { return e.test.loss; }
double train_accuracy(const EpochResult& e) { return e.train.accuracy; }
double train_loss(const EpochResult& e) { return e.train.loss; }

std::string seeds_note(const VariantResult& v) {
  return v.runs.size() == 1 ? "one seed" : fmt::format("mean of {} seeds", v.runs.size());
}

std::string accuracy_of(const VariantResult& v) {
  return spread_of(v, test_last) + (v.finished() > 0 ? " %" : "");
}

std::string title(const Comparison& c) {
  std::vector<std::string> norms;
  for (const VariantResult& v : c.series.variants) norms.push_back(norm_title(v.first()));
  return in_a_title(norms) + " on " + data_title(c.series.variants.front().first());
}

std::string comparison_headline(const Comparison& c) {
  std::string html = "<dl class=\"headline\">\n";
  for (const VariantResult& v : c.series.variants)
    html += headline_figure(
        accuracy_of(v), norm_title(v.first()),
        fmt::format("test accuracy after epoch {}, {}", v.first().epochs_asked(), seeds_note(v)));
  return html + "</dl>\n";
}

// For any two norms, where the statistics of their first runs differ most.
std::string contrasts(const std::vector<VariantResult>& variants) {
  std::string items;
  for (const VariantResult& a : variants)
    for (const VariantResult* b = &a + 1; b != variants.data() + variants.size(); ++b) {
      const auto &of_a = a.first().norm_statistics, &of_b = b->first().norm_statistics;
      if (of_a.empty() || of_b.empty()) continue;
      const std::string text = largest_contrast(of_a.back(), a.variant.label, of_b.back(), b->variant.label);
      if (!text.empty()) items += "<li>" + escape_html(text) + "</li>\n";
    }
  return items.empty() ? "" : "<h3>Where the norms differ most</h3>\n<ul>\n" + items + "</ul>\n";
}

std::string comparison_table(const Comparison& c) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < c.series.variants.size(); ++i) {
    const VariantResult& v = c.series.variants[i];
    rows.push_back({escape_html(norm_title(v.first())), with_commas(v.first().config.parameters),
                    with_commas(c.norm_parameters.at(i)), spread_of(v, test_last), spread_of(v, test_best),
                    spread_of(v, train_last), seconds_an_epoch(v)});
  }
  return "<section id=\"table\"><h2>Side by side</h2>\n<p class=\"lede\">Accuracies in percent, mean ± "
         "deviation over the seeds. The best epoch is that of each run with the highest test accuracy. "
         "Seconds are of training, without the test after it.</p>\n" +
         html_table("The norms side by side",
                    {"norm", "parameters", "of the norm", "test, last epoch", "test, best epoch",
                     "train, last epoch", "seconds per epoch"},
                    rows) +
         contrasts(c.series.variants) + "</section>\n";
}

// The two charts at the beginning of a report, and in its picture.
Chart accuracy_chart(const Comparison& c) {
  return in_percent(epoch_chart("Test accuracy", c.series.variants, test_accuracy));
}
Chart loss_chart(const Comparison& c) { return epoch_chart("Test loss", c.series.variants, test_loss); }
Chart accuracy_chart(const Study& s) { return in_percent(study_chart("Test accuracy", s, test_accuracy)); }
Chart loss_chart(const Study& s) { return study_chart("Train loss", s, train_loss); }

std::filesystem::path write(const std::filesystem::path& folder, const Picture& curves,
                            const std::string& page) {
  save_file(folder / "curves.png", encode_png(curves));
  save_file(folder / "report.html", page);
  return folder / "report.html";
}

std::string pair(Figures& figures, const Chart& left, const Chart& right) {
  return "<div class=\"pair\">" + figures.add(left) + figures.add(right) + "</div>\n";
}

std::string title(const Study& s) {
  std::vector<std::string> norms;
  for (std::size_t row = 0; row < s.rows; ++row) norms.push_back(norm_name(s.at(row, 0).first()));
  return capitalized(s.quantity) + ": " + uncapitalized(in_a_title(norms)) + " on " +
         data_title(s.at(0, 0).first());
}

std::string study_headline(const Study& s) {
  std::string html = "<dl class=\"headline\">\n";
  for (std::size_t row = 0; row < s.rows; ++row) {
    std::size_t best = 0;
    for (std::size_t i = 0; i < s.values.size(); ++i)
      if (s.at(row, i).finished() > 0 && !(test_last(s.at(row, i)).mean <= test_last(s.at(row, best)).mean))
        best = i;
    const auto add = [&](std::size_t i, const std::string& note) {
      html += headline_figure(accuracy_of(s.at(row, i)), norm_name(s.at(row, i).first()),
                              fmt::format("{} {:g}{}", s.quantity, s.values[i], note));
    };
    add(0, best == 0 ? ", the best" : "");
    if (best != 0) add(best, ", the best");
  }
  return html + "</dl>\n";
}

std::string study_table(const Study& s) {
  std::vector<std::string> heading = {s.quantity};
  for (const double value : s.values) heading.push_back(fmt::format("{:g}", value));
  std::vector<std::vector<std::string>> rows;
  for (std::size_t row = 0; row < s.rows; ++row) {
    rows.push_back({norm_name(s.at(row, 0).first())});
    for (std::size_t i = 0; i < s.values.size(); ++i)
      rows.back().push_back(spread_of(s.at(row, i), test_last));
  }
  return html_table("Test accuracy in percent after the last epoch", heading, rows);
}

// A sentence on the learning rate, if it depends on the value.
std::string learning_rates(const Study& s) {
  const auto rate = [&](std::size_t value) { return s.at(0, value).first().config.lr; };
  const std::size_t last = s.values.size() - 1;
  if (rate(0) == rate(last)) return "";
  return fmt::format(
      "The learning rate is proportional to the {0} (Goyal et al. 2017): {1:g} at {2:g}, {3:g} at {4:g}. ",
      s.quantity, rate(0), s.values[0], rate(last), s.values[last]);
}

}  // namespace

std::string comparison_html(const Comparison& c) {
  const auto& variants = c.series.variants;
  Figures figures;
  const std::string curves =
      fmt::format("<section id=\"curves\"><h2>Curves</h2>\n<p class=\"lede\">{}</p>\n", lines_note) +
      pair(figures, accuracy_chart(c), loss_chart(c)) +
      pair(figures, in_percent(epoch_chart("Train accuracy", variants, train_accuracy)),
           epoch_chart("Train loss", variants, train_loss)) +
      "</section>\n";
  return render({.kicker = "Norma · comparison",
                 .title = title(c),
                 .subtitle = series_subtitle(c.series),
                 .head = series_notes(c.series) + comparison_headline(c),
                 .sections = curves + comparison_table(c) + classes_section(c.series) +
                             runs_section(c.series) + configuration_section(c.command, all_runs(c.series)),
                 .footer = footer},
                figures);
}

std::string study_html(const Study& s) {
  Figures figures;
  std::string sections =
      fmt::format(
          "<section id=\"study\"><h2>Results</h2>\n<p class=\"lede\">After the last epoch. {}{}"
          "</p>\n",
          learning_rates(s), lines_note) +
      pair(figures, accuracy_chart(s), loss_chart(s)) + study_table(s) +
      "</section>\n<section id=\"curves\"><h2>Curves</h2>\n";
  for (std::size_t row = 0; row < s.rows; ++row)
    sections += fmt::format("<div class=\"quantity\"><h3>{}</h3><p>One line per {}.</p>",
                            norm_name(s.at(row, 0).first()), s.quantity) +
                pair(figures, in_percent(epoch_chart("Test accuracy", s, row, test_accuracy)),
                     epoch_chart("Train loss", s, row, train_loss)) +
                "</div>\n";
  sections += "</section>\n" + runs_section(s.series) + configuration_section(s.command, all_runs(s.series));
  return render({.kicker = "Norma · study",
                 .title = title(s),
                 .subtitle = series_subtitle(s.series),
                 .head = series_notes(s.series) + study_headline(s),
                 .sections = sections,
                 .footer = footer,
                 .layers = static_cast<int>(s.values.size())},
                figures);
}

std::filesystem::path write_report(const Comparison& c, const std::filesystem::path& folder) {
  return write(folder, draw_pair(title(c), series_subtitle(c.series), accuracy_chart(c), loss_chart(c)),
               comparison_html(c));
}

std::filesystem::path write_report(const Study& s, const std::filesystem::path& folder) {
  return write(folder, draw_pair(title(s), series_subtitle(s.series), accuracy_chart(s), loss_chart(s)),
               study_html(s));
}

}  // namespace norma
