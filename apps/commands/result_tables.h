// The results of the presets, as tables in docs/results: one line per run for the published systems, with the
// published figures and Norma's; one line per norm for Norma's own network, with the spread over its seeds.
// The tables are made from the epochs in docs/results/runs, which may come from several days or machines.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "optim/presets.h"
#include "optim/trainer.h"

namespace norma {

/// Logs of larger seeds are ignored.
inline constexpr std::uint64_t most_seeds = 9;

struct TableRow {
  const Preset* preset;
  PublishedRow published;
  std::optional<double> l1 = {};  ///< replaces the L1 factor of the recipe

  /// The recipe, with this row's changes.
  Options options() const;
  /// The name of its log in docs/results/runs: "skip-37108-gn", "stride-29472-bn-l1-0", "…-seed2".
  std::string name(std::uint64_t seed) const;
  /// The command that repeats it.
  std::string command(std::uint64_t seed) const;
};

/// The rows of all presets; those of stride-29472 a second time without its L1 penalty.
std::vector<TableRow> table_rows();

/// "| skip-37108 | gn | 37,108 | … |"
std::string table_line(const TableRow& row, std::uint64_t seed, const std::vector<EpochResult>& epochs);
/// "| bn | 48,000 | 87.12 ± 0.20 | … |", from one run per seed.
std::string own_table_line(const TableRow& row, const std::vector<std::vector<EpochResult>>& runs);

/// Writes three files of a checkout from the logs: the tables in docs/results/published-systems.md and
/// norma-49k.md, between their marks, and optim/measured.inc.
void write_result_tables(const std::filesystem::path& checkout);

}  // namespace norma
