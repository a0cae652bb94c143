// The published systems as a table: a line a row of a preset, published figures beside Norma's. Its source are the
// epochs in docs/results/runs, so that what was trained on several days, or machines, stands together.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/options.h"
#include "apps/presets.h"
#include "apps/training.h"

namespace norma {

struct TableRow {
  const Preset* preset;
  PublishedRow published;
  std::optional<double> l1 = {};  ///< instead of the recipe's

  /// The recipe, with this row's changes.
  Options options() const;
  /// What its log in docs/results/runs is called: "skip-37108-gn", "stride-29472-bn-l1-0", "…-seed2".
  std::string name(std::uint64_t seed) const;
  /// How to repeat it.
  std::string command(std::uint64_t seed) const;
};

/// The presets that were published.
std::vector<std::string> published_presets();
/// All their rows; stride-29472 a second time without its L1 penalty.
std::vector<TableRow> table_rows();

/// "| skip-37108 | gn | 37,108 | … |"
std::string table_line(const TableRow& row, std::uint64_t seed, const std::vector<EpochResult>& epochs);
/// Writes, from the logs, the table in docs/results/published-systems.md (between its markers) and
/// apps/measured.inc of a checkout.
void write_published_table(const std::filesystem::path& checkout);

}  // namespace norma
