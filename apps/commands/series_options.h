// The command lines of compare and study: their own flags, and all that a training run takes.
#pragma once

#include <string>
#include <vector>

#include "apps/commands/series.h"

namespace norma {

struct SeriesOptions {
  std::vector<std::string> norms;     ///< empty: the command's own
  std::vector<std::int64_t> batches;  ///< of study batch-size
  std::vector<std::int64_t> groups;   ///< of study groups
  int seeds = 1;
  bool help = false;
  FlagWords training;  ///< the flags of the training runs
};

/// Words that are no flags go to `others`. Throws UsageError for what is not understood.
SeriesOptions parse_series(int argc, const char* const* argv, std::vector<std::string>* others);

/// The training run that the command line asks for, with this norm; --groups is for gn alone.
Variant variant_of(const Program& program, const SeriesOptions& options, const std::string& label, Norm norm,
                   const FlagWords& more = {});

/// Throws UsageError for flags that this command or these variants have no use for; `own` are the lists it takes, of
/// "norms", "batches" and "group-counts".
void check_series(const SeriesOptions& options, const std::vector<Variant>& variants,
                  const std::vector<std::string>& own);

/// Whether there is such a network: its groups divide the channels of every layer.
bool makes_a_network(const Variant& variant);

/// Finds the images and trains; see run_series in apps/commands/series.h.
std::optional<SeriesResult> run_series(const Program& program, const std::vector<Variant>& variants,
                                       int seeds, const std::filesystem::path& out);

/// The text of --help: {0} in the examples is the program's name.
std::string series_help(const Program& program, const std::string& command, const std::string& what,
                        const std::string& examples);

}  // namespace norma
