// The command lines of compare and study: their own flags, and the flags of a training run.
#pragma once

#include <string>
#include <vector>

#include "apps/commands/series.h"

namespace norma {

struct SeriesOptions {
  std::vector<std::string> norms;     ///< empty: the default of the command
  std::vector<std::int64_t> batches;  ///< for study batch-size
  std::vector<std::int64_t> groups;   ///< for study groups
  int seeds = 1;
  bool help = false;
  Share share;
  FlagWords training;  ///< the flags of the training runs
};

/// Words that are not flags go to `others`. Throws UsageError for a word that is not understood.
SeriesOptions parse_series(int argc, const char* const* argv, std::vector<std::string>* others);

/// The training run of the command line with this norm; --groups is ignored unless the norm is gn.
Variant variant_of(const Program& program, const SeriesOptions& options, const std::string& label, Norm norm,
                   const FlagWords& more = {});

/// Throws UsageError for flags that this command or these variants do not use. `own` names the lists that the
/// command takes, out of "norms", "batches" and "group-counts".
void check_series(const SeriesOptions& options, const std::vector<Variant>& variants,
                  const std::vector<std::string>& own);

/// Whether this network is possible: its groups must divide the channels of every layer.
bool makes_a_network(const Variant& variant);

/// Trains the runs that are not complete, or this process's share of them (apps/commands/share.h). Before the
/// first training, renames an older report in `out`, which would no longer match its runs. Returns nothing if
/// there is to be no report: after Ctrl-C, which keeps the finished runs, or with flags of Share; `status` is
/// that of the program then.
std::optional<SeriesResult> run_series(const Program& program, const std::vector<Variant>& variants,
                                       const SeriesOptions& series, const std::filesystem::path& out,
                                       int& status);

/// The text of --help: {0} in the examples is the program's name.
std::string series_help(const Program& program, const std::string& command, const std::string& what,
                        const std::string& examples);

}  // namespace norma
