// The sections on the results of a run, its epochs, its layers, and how to repeat it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/cli/progress.h"
#include "apps/report/draw/html.h"
#include "apps/report/pages/charts.h"
#include "apps/report/pages/sections.h"
#include "apps/report/pages/words.h"
#include "core/clock.h"
#include "optim/presets.h"

namespace norma {
namespace {

using Json = nlohmann::ordered_json;

// The published result of this network and norm; empty if there is none.
std::string published(const SavedRun& run) {
  if (run.data_name() == "synthetic") return "";
  for (const Preset& preset : presets())
    for (const PublishedRow& row : preset.rows)
      if (preset.name == run.config.preset && name(row.norm) == run.config.norm && row.test)
        return headline_figure(percent(*row.test), "published",
                               run.config.groups ? "test, best epoch, its own groups" : "test, best epoch");
  return "";
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value;
  if (value.is_null()) return "the preset’s own";
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return value.dump();
  if (value.is_number_integer()) return with_commas(value);
  if (value.is_number()) return fmt::format("{:g}", value.get<double>());
  if (value.is_boolean()) return value ? "yes" : "no";
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& element : value) text += (text.empty() ? "" : ", ") + text_of(element);
  return text;
}

Json value_in(const Json& config, const std::string& part, const std::string& key) {
  const auto found = config.find(part);
  return found != config.end() && found->is_object() ? found->value(key, Json("not recorded"))
                                                     : Json("not recorded");
}

// "128", or "16, 128" if the runs differ.
std::string values_of(const std::vector<SavedRun>& runs, const std::string& part, const std::string& key) {
  std::vector<std::string> values;
  for (const SavedRun& run : runs) {
    const std::string text = text_of(value_in(run.config.json, part, key));
    if (std::find(values.begin(), values.end(), text) == values.end()) values.push_back(text);
  }
  return fmt::format("{}", fmt::join(values, ", "));
}

// "batch_size" → "batch size"
std::string words_of(std::string key) {
  if (key == "lr") return "learning rate";
  if (key == "l1") return "L1 penalty";
  if (key == "simd") return "instruction set";
  if (key == "crc32") return "CRC-32 of the images";
  for (char& c : key)
    if (c == '_') c = ' ';
  return key;
}

}  // namespace

std::string headline_figure(const std::string& number, const std::string& label, const std::string& note) {
  return fmt::format("<div><dt>{}</dt><dd><b>{}</b>{}</dd></div>\n", label, number,
                     note.empty() ? "" : "<small>" + note + "</small>");
}

std::string synthetic_note(const SavedRun& run) {
  if (run.data_name() != "synthetic") return "";
  return "<p class=\"note\"><b>Synthetic images.</b> This run used the built-in images, not a public data "
         "set. Compare its figures only with other runs on these images.</p>\n";
}

std::string notes_section(const SavedRun& run) {
  std::string html = synthetic_note(run);
  if (const std::string note = stopped_note(run); !note.empty())
    html += fmt::format("<p class=\"note\"><b>{}</b> {}</p>\n",
                        run.diverged().empty() ? "Not finished." : "Diverged:", escape_html(note));
  return html;
}

std::string headline_section(const ReportData& data) {
  const SavedRun& run = data.run;
  if (run.epochs.empty()) return "<p>No epoch was finished, so there are no results.</p>\n";
  const EpochResult &last = run.epochs.back(), &best = run.best();
  const double seconds = training_seconds(run.epochs);
  double images = 0;
  for (const EpochResult& e : run.epochs) images += e.seconds * e.images_per_second;
  std::string html = "<dl class=\"headline\">\n";
  html += headline_figure(percent(last.test.accuracy), "test accuracy",
                          fmt::format("after epoch {}", last.epoch));
  html +=
      headline_figure(percent(best.test.accuracy), "best of all epochs", fmt::format("epoch {}", best.epoch));
  if (last.validation) html += headline_figure(percent(last.validation->accuracy), "validation accuracy");
  html += headline_figure(percent(last.train.accuracy), "train accuracy", "while training");
  html += headline_figure(fmt::format("{:.4f}", last.test.loss), "test loss",
                          fmt::format("train {:.4f}", last.train.loss));
  html += published(run);
  html += headline_figure(
      with_commas(data.summary.parameters), "parameters",
      fmt::format("{:.3g} M multiply-adds", static_cast<double>(data.summary.multiply_adds()) / 1e6));
  html += headline_figure(duration(seconds), "training time",
                          fmt::format("{} images/s", with_commas(std::llround(rate(images, seconds)))));
  return html + "</dl>\n";
}

std::string curves_section(const SavedRun& run, Figures& figures) {
  if (run.epochs.empty()) return "";
  std::string html =
      "<section id=\"curves\"><h2>Curves</h2>\n<p class=\"lede\">Train figures are means over an epoch, in "
      "which the weights change, with dropout and augmentation. Test figures use the weights at the end of "
      "the epoch.</p>\n<div class=\"pair\">" +
      figures.add(accuracy_chart(run)) + figures.add(loss_chart(run)) + "</div>\n";
  const bool validation = run.epochs.front().validation.has_value();
  std::vector<std::string> heading = {"epoch", "train loss", "train accuracy", "test loss", "test accuracy"};
  if (validation) heading.insert(heading.end(), {"validation loss", "validation accuracy"});
  heading.insert(heading.end(), {"learning rate", "seconds", "images/s"});
  std::vector<std::vector<std::string>> rows;
  for (const EpochResult& e : run.epochs) {
    std::vector<std::string> row = {std::to_string(e.epoch)};
    const auto add = [&](const Score& s) {
      row.insert(row.end(), {fmt::format("{:.4f}", s.loss), percent(s.accuracy)});
    };
    add(e.train), add(e.test);
    if (validation) add(e.validation.value_or(Score{}));
    row.insert(row.end(), {fmt::format("{:.3g}", e.lr), fmt::format("{:.1f}", e.seconds),
                           with_commas(std::llround(e.images_per_second))});
    rows.push_back(std::move(row));
  }
  return html + "<details><summary>Every epoch as a table</summary>" +
         html_table("Every epoch", heading, rows) + "</details></section>\n";
}

std::string layers_section(const Summary& summary) {
  const auto number = [](std::int64_t n) { return n == 0 ? "–" : with_commas(n); };
  std::vector<std::vector<std::string>> rows;
  for (const LayerRow& layer : summary.layers) {
    std::string shape;
    for (int d = 1; d < layer.output.rank(); ++d)
      shape += (shape.empty() ? "" : " × ") + std::to_string(layer.output[d]);
    rows.push_back({escape_html(layer.path), escape_html(layer.name.substr(0, layer.name.rfind('-'))), shape,
                    number(layer.parameters), std::to_string(layer.receptive_field),
                    number(layer.multiply_adds)});
  }
  return fmt::format(
             "<section id=\"layers\"><h2>Layers</h2>\n<p class=\"lede\">{} parameters, {} multiply-adds per "
             "image. The receptive field is the side of the square in the image on which one output pixel "
             "depends.</p>\n",
             with_commas(summary.parameters), with_commas(summary.multiply_adds())) +
         html_table("Layers", {"layer", "type", "output", "parameters", "receptive field", "multiply-adds"},
                    rows) +
         "</section>\n";
}

std::string configuration_section(const std::string& command, const std::vector<SavedRun>& runs) {
  const SavedConfig& config = runs.front().config;
  const std::string seeds = values_of(runs, "training", "seed");
  std::string html = fmt::format(
      "<section id=\"configuration\"><h2>Configuration</h2>\n<p class=\"lede\">To repeat {}:</p>\n"
      "<pre class=\"command\" tabindex=\"0\"><code>{}</code></pre>\n<p class=\"lede\">Version {}, seed{} {}. "
      "The same command gives the same bits for any number of threads on the same device and instruction "
      "set.</p>\n"
      "<div class=\"columns\">\n",
      runs.size() == 1 ? "the run" : "the runs", escape_html(command), escape_html(config.version),
      seeds.find(", ") == std::string::npos ? "" : "s", escape_html(seeds));
  for (const char* part : {"network", "training", "data", "machine"}) {
    if (!config.json.contains(part)) continue;
    html += fmt::format("<dl class=\"settings\"><dt class=\"title\">{}</dt>\n", part);
    const auto row = [&](const std::string& key, const std::string& value) {
      html +=
          fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_html(words_of(key)), escape_html(value));
    };
    for (const auto& [key, value] : config.json.at(part).items())
      if (key != "local_statistics") row(key, values_of(runs, part, key));
    const Json processes = value_in(config.json, part, "processes");
    if (config.norm == "bn" && processes.is_number() && processes > 1)
      row("statistics of bn", value_in(config.json, "network", "local_statistics") == "not recorded"
                                  ? "of all processes together"
                                  : values_of(runs, "network", "local_statistics"));
    html += "</dl>\n";
  }
  return html + "</div></section>\n";
}

}  // namespace norma
