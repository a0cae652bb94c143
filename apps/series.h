// A series: several variants of a training run, each with several seeds, one after the other. What compare and study
// have in common.
//
//   OUT/bn-seed1/  OUT/bn-seed2/  OUT/gn-seed1/ …     run folders; one that is complete is not trained again
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/train_run.h"

namespace norma {

struct Variant {
  std::string label;    ///< "bn", "gn batch 4"; also its folders' name, with - for blanks
  Options options;      ///< seed is the first one's
  std::string command;  ///< that trains it, but for the seed
};

struct VariantResult {
  Variant variant;
  std::vector<RunResult> runs;  ///< a seed each
};

/// Mean and sample standard deviation over seeds; the deviation is 0 for one seed.
struct Spread {
  double mean = 0, deviation = 0;
};
Spread spread(const std::vector<double>& values);
/// "75.49 ± 0.31", or "75.49" for one seed
std::string to_string(const Spread& spread, std::size_t seeds);

/// What every run of a variant reached: percent of the test images, after the last epoch.
std::vector<double> last_accuracies(const VariantResult& result);
std::vector<double> best_accuracies(const VariantResult& result);

/// Trains what is not trained yet. Nothing where Ctrl-C stopped it; the finished runs are kept.
std::optional<std::vector<VariantResult>> run_series(const std::vector<Variant>& variants, int seeds,
                                                     const std::filesystem::path& out,
                                                     const DataSplit& images, Progress& progress);

}  // namespace norma
