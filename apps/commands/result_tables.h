// What the presets reached, as tables in docs/results: the published systems, a line a run with the published figures
// beside Norma's; and Norma's own network, a line a norm with the spread over its seeds. Their source are the epochs in
// docs/results/runs, so that what was trained on several days, or machines, stands together.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "optim/presets.h"
#include "optim/trainer.h"

namespace norma {

/// Logs of seeds above it are not looked for.
inline constexpr std::uint64_t most_seeds = 9;

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

/// All their rows; stride-29472 a second time without its L1 penalty.
std::vector<TableRow> table_rows();

/// "| skip-37108 | gn | 37,108 | … |"
std::string table_line(const TableRow& row, std::uint64_t seed, const std::vector<EpochResult>& epochs);
/// "| bn | 48,000 | 87.12 ± 0.20 | … |", of a run a seed.
std::string own_table_line(const TableRow& row, const std::vector<std::vector<EpochResult>>& runs);

/// Writes, from the logs, the tables in docs/results/published-systems.md and norma-49k.md (between their markers) and
/// optim/measured.inc of a checkout.
void write_result_tables(const std::filesystem::path& checkout);

}  // namespace norma
