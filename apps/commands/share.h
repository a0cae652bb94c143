// The runs of a series (compare, study, reproduce), and which of them this process trains: all, none but show
// them (--plan), every N-th (--shard), or those that no other process has claimed (--claim).
//
//   OUT/shared.txt   several processes train these runs: the command without these flags trains none
//   OUT/claims/      who trains which run (optim/run/claim.h)
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/commands/train_run.h"

namespace norma {

struct Share {
  bool plan = false;
  std::optional<std::pair<std::size_t, std::size_t>>
      shard;  ///< K of N: of the runs 1, 2, …, those K, K + N, …
  bool claim = false;
  std::optional<double> claim_timeout;  ///< seconds without a heartbeat after which a claim is free
};

/// --plan, --shard, --claim and --claim-timeout
const std::vector<Flag<Share>>& share_flags();
/// Throws UsageError for flags that exclude each other.
void check_share(const Share& share);

struct PlannedRun {
  std::string label;    ///< "gn, seed 2"
  Options options;      ///< `out` is its folder
  std::string command;  ///< the command that repeats it
};

/// What became of a series in this process.
struct ShareResult {
  std::vector<RunResult> runs;       ///< one per planned run; empty if the series is to have no report
  std::vector<std::string> missing;  ///< labels of the runs that are not complete, where none is trained here
  int status = 0;                    ///< of the program, if the series is to have no report
};

/// Prints or trains the runs. `images` gives those of a run. Calls done() after each run that is complete,
/// and before_training() before each training.
ShareResult train_share(const std::vector<PlannedRun>& runs, const Share& share,
                        const std::filesystem::path& out,
                        const std::function<const DataSplit&(const Options&)>& images, Progress& progress,
                        const std::function<void(const PlannedRun&, const RunResult&)>& done = {},
                        const std::function<void()>& before_training = {});

}  // namespace norma
