// A series: several variants of a training run, each with several seeds, one after the other. What compare and study
// have in common.
//
//   OUT/bn-seed1/  OUT/bn-seed2/  OUT/gn-seed1/ …     run folders; one that is complete is not trained again
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "apps/commands/train_run.h"
#include "apps/run/series_result.h"

namespace norma {

/// Trains what is not trained yet; a report in `out` that would no longer be true of its runs is put aside first. Nothing
/// where Ctrl-C stopped it; the finished runs are kept.
std::optional<SeriesResult> run_series(const std::vector<Variant>& variants, int seeds,
                                       const std::filesystem::path& out, const DataSplit& images,
                                       Progress& progress);

}  // namespace norma
