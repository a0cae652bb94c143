// A series, for compare and study: several variants of a training run, each with several seeds.
//
//   OUT/bn-seed1/  OUT/bn-seed2/  OUT/gn-seed1/ …     run folders; complete ones are not trained again
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "apps/commands/train_run.h"
#include "apps/run/series_result.h"

namespace norma {

/// Trains the runs that are not complete. Before the first training, renames an older report in `out`, which
/// would no longer match its runs. Returns nothing after Ctrl-C; finished runs are kept.
std::optional<SeriesResult> run_series(const std::vector<Variant>& variants, int seeds,
                                       const std::filesystem::path& out, const DataSplit& images,
                                       Progress& progress);

}  // namespace norma
