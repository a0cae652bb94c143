// A series, for compare and study: several variants of a training run, each with several seeds.
//
//   OUT/bn-seed1/  OUT/bn-seed2/  OUT/gn-seed1/ …     run folders; complete ones are not trained again
#pragma once

#include <filesystem>
#include <vector>

#include "apps/commands/share.h"
#include "apps/run/series_result.h"

namespace norma {

/// The runs of each variant, one after the other.
std::vector<PlannedRun> plan_series(const std::vector<Variant>& variants, int seeds,
                                    const std::filesystem::path& out);

/// The results of the planned runs, read from their folders. A variant without a complete run has none.
SeriesResult read_series(const std::vector<Variant>& variants, const std::vector<PlannedRun>& runs,
                         const ShareResult& results, const DataSplit& images);

}  // namespace norma
