#include "apps/commands/result_tables.h"

#include <fmt/ranges.h>

#include "apps/run/series_result.h"
#include "core/save_file.h"
#include "layers/summary.h"
#include "optim/run/metrics_json.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

constexpr const char* begin_mark = "<!-- table: written by ./run reproduce -->\n";
constexpr const char* end_mark = "<!-- end of table -->\n";
const std::string published_head =
    "| preset | norm | parameters | published train | published test | train, last | test, last | test, best "
    "| best − published | seed | seconds |\n|---|---|---|---|---|---|---|---|---|---|---|\n";
const std::string own_head =
    "| norm | parameters | test, last | of each seed | test, best | train, last | seconds per run |\n"
    "|---|---|---|---|---|---|---|\n";

// The accuracy in --list-presets: for a published preset the best epoch of one run, as its authors give it;
// for Norma's own preset the last epoch, as the mean over the seeds.
double accuracy_to_list(const TableRow& row, const std::vector<std::vector<EpochResult>>& runs) {
  if (!row.preset->source.empty()) return best_epoch(runs.front()).test.accuracy;
  std::vector<double> last;
  for (const std::vector<EpochResult>& epochs : runs) last.push_back(epochs.back().test.accuracy);
  return spread(last).mean;
}

// Replaces the table between the two marks of the page.
void write_table(const fs::path& page, const std::string& table) {
  const std::string text = read_file(page);
  const std::size_t begin = text.find(begin_mark), end = text.find(end_mark);
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    fail("{} does not have the two marks that enclose its table", page.string());
  save_file(page, text.substr(0, begin) + begin_mark + table + text.substr(end));
}

}  // namespace

Options TableRow::options() const {
  Options options = preset_options(preset->name, published.norm);
  if (l1) options.recipe.l1 = *l1;
  return options;
}

std::string TableRow::name(std::uint64_t seed) const {
  return fmt::format("{}-{}{}{}", preset->name, norma::name(published.norm),
                     l1 ? fmt::format("-l1-{:g}", *l1) : "", seed == 1 ? "" : fmt::format("-seed{}", seed));
}

std::string TableRow::command(std::uint64_t seed) const {
  const Program& program = program_for(*preset->data);
  return fmt::format("{} --preset {} --norm {}{} --seed {}", program.name, preset->name,
                     norma::name(published.norm), l1 ? fmt::format(" --l1 {:g}", *l1) : "", seed);
}

std::vector<TableRow> table_rows() {
  std::vector<TableRow> rows;
  for (const Preset& preset : presets())
    for (const PublishedRow& row : preset.rows) rows.push_back({&preset, row});
  for (const PublishedRow& row : find_preset("stride-29472").rows)
    rows.push_back({&find_preset("stride-29472"), {row.norm, row.parameters}, 0.0});
  return rows;
}

std::string table_line(const TableRow& row, std::uint64_t seed, const std::vector<EpochResult>& epochs) {
  const auto percent = [](const std::optional<double>& x) { return x ? fmt::format("{:.2f}", *x) : "–"; };
  const EpochResult &last = epochs.back(), &best = best_epoch(epochs);
  return fmt::format(
      "| {}{} | {} | {} | {} | {} | {:.2f} | {:.2f} | {:.2f} (epoch {}) | {} | {} | {:.0f} |",
      row.preset->name, row.l1 ? fmt::format(", L1 {:g}", *row.l1) : "", name(row.published.norm),
      with_commas(row.published.parameters), percent(row.published.train), percent(row.published.test),
      last.train.accuracy, last.test.accuracy, best.test.accuracy, best.epoch,
      row.published.test ? fmt::format("{:+.2f}", best.test.accuracy - *row.published.test) : "–", seed,
      training_seconds(epochs));
}

std::string own_table_line(const TableRow& row, const std::vector<std::vector<EpochResult>>& runs) {
  std::vector<double> last, best, train, seconds;
  for (const std::vector<EpochResult>& epochs : runs) {
    last.push_back(epochs.back().test.accuracy);
    best.push_back(best_epoch(epochs).test.accuracy);
    train.push_back(epochs.back().train.accuracy);
    seconds.push_back(training_seconds(epochs));
  }
  const auto text = [&](const std::vector<double>& values) { return to_string(spread(values), runs.size()); };
  return fmt::format("| {} | {} | **{}** | {:.2f} | {} | {} | {:.0f} |", name(row.published.norm),
                     with_commas(row.published.parameters), text(last), fmt::join(last, ", "), text(best),
                     text(train), spread(seconds).mean);
}

void write_result_tables(const fs::path& checkout) {
  std::string published, own, measured;
  for (const TableRow& row : table_rows()) {
    const bool is_own = row.preset->source.empty();
    std::vector<std::vector<EpochResult>> runs;
    for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
      auto epochs = read_metrics(checkout / "docs" / "results" / "runs" / (row.name(seed) + ".jsonl"));
      if (epochs.empty()) continue;
      if (!is_own) published += table_line(row, seed, epochs) + "\n";
      runs.push_back(std::move(epochs));
    }
    if (runs.empty()) continue;
    if (is_own) own += own_table_line(row, runs) + "\n";
    if (!row.l1)
      measured += fmt::format("{{\"{}\", \"{}\", {:.2f}}},\n", row.preset->name, name(row.published.norm),
                              accuracy_to_list(row, runs));
  }
  const fs::path results = checkout / "docs" / "results";
  write_table(results / "published-systems.md", published_head + published);
  write_table(results / "norma-49k.md", own_head + own);
  save_file(checkout / "optim" / "measured.inc", measured);
}

}  // namespace norma
