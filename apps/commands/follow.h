// What several processes of one training do beside it: rank 0 leads and has the run folder, the others
// follow.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "apps/cli/options.h"
#include "apps/commands/train_run.h"

namespace norma {

/// Throws unless all ranks have the same configuration, except the command and the threads.
void check_same_run(Ranks& ranks, const nlohmann::ordered_json& config);

/// Rank 0 tells the others after how many steps the run continues, or that it is complete. Returns what it
/// said.
std::int64_t agree_on_start(Ranks* ranks, std::int64_t steps);
inline constexpr std::int64_t run_is_complete = -1;

/// A rank other than 0: trains with its images of every step, and writes nothing.
RunResult follow(Trainer& trainer, Ranks& ranks, const Options& options);

}  // namespace norma
