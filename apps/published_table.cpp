#include "apps/published_table.h"

#include "apps/run_config.h"
#include "apps/save_file.h"
#include "layers/summary.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_seeds = 9;
constexpr const char* begin_mark = "<!-- table: written by ./run reproduce -->\n";
constexpr const char* end_mark = "<!-- end of table -->\n";
constexpr const char* head =
    "| preset | norm | parameters | published train | published test | train, last | test, last | test, best "
    "| best − published | seed | minutes |\n|---|---|---|---|---|---|---|---|---|---|---|\n";

}  // namespace

Options TableRow::options() const {
  Options options = preset_options(preset->name, published.norm);
  if (l1) options.l1 = *l1;
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

std::vector<std::string> published_presets() {
  std::vector<std::string> names;
  for (const Preset& preset : presets())
    if (!preset.source.empty()) names.push_back(preset.name);
  return names;
}

std::vector<TableRow> table_rows() {
  std::vector<TableRow> rows;
  for (const Preset& preset : presets())
    for (const PublishedRow& row : preset.rows)
      if (!preset.source.empty()) rows.push_back({&preset, row});
  for (const PublishedRow& row : find_preset("stride-29472").rows)
    rows.push_back({&find_preset("stride-29472"), {row.norm, row.parameters}, 0.0});
  return rows;
}

std::string table_line(const TableRow& row, std::uint64_t seed, const std::vector<EpochResult>& epochs) {
  const auto percent = [](const std::optional<double>& x) { return x ? fmt::format("{:.2f}", *x) : "–"; };
  const EpochResult &last = epochs.back(), &best = best_epoch(epochs);
  double seconds = 0;
  for (const EpochResult& epoch : epochs) seconds += epoch.seconds;
  return fmt::format(
      "| {}{} | {} | {} | {} | {} | {:.2f} | {:.2f} | {:.2f} (epoch {}) | {} | {} | {:.1f} |",
      row.preset->name, row.l1 ? fmt::format(", L1 {:g}", *row.l1) : "", name(row.published.norm),
      with_commas(row.published.parameters), percent(row.published.train), percent(row.published.test),
      last.train.accuracy, last.test.accuracy, best.test.accuracy, best.epoch,
      row.published.test ? fmt::format("{:+.2f}", best.test.accuracy - *row.published.test) : "–", seed,
      seconds / 60);
}

void write_published_table(const fs::path& checkout) {
  std::string table, measured;
  for (const TableRow& row : table_rows())
    for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
      const auto epochs = read_metrics(checkout / "docs" / "results" / "runs" / (row.name(seed) + ".jsonl"));
      if (epochs.empty()) continue;
      table += table_line(row, seed, epochs) + "\n";
      if (seed == 1 && !row.l1)
        measured += fmt::format("{{\"{}\", \"{}\", {:.2f}}},\n", row.preset->name, name(row.published.norm),
                                best_epoch(epochs).test.accuracy);
    }
  const fs::path page = checkout / "docs" / "results" / "published-systems.md";
  const std::string text = read_file(page);
  const std::size_t begin = text.find(begin_mark), end = text.find(end_mark);
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    fail("{} has no marks between which the table would go", page.string());
  save_file(page, text.substr(0, begin) + begin_mark + head + table + text.substr(end));
  save_file(checkout / "apps" / "measured.inc", measured);
}

}  // namespace norma
