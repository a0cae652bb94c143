// What a series of training runs reached: several variants of a run, each with several seeds. What compare and study make
// (apps/commands/series.h), and their reports show.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "apps/run/saved_run.h"
#include "optim/confusion.h"

namespace norma {

struct Variant {
  std::string label;    ///< "bn", "gn batch 4"; also its folders' name, with - for blanks
  Options options;      ///< seed is the first one's
  std::string command;  ///< that trains it, but for the seed
};

struct VariantResult {
  Variant variant;
  std::vector<SavedRun> runs;  ///< one per seed, as they stand in their folders; some may have diverged
  Confusion confusion;         ///< of the test images of all that did not, together, after the last epoch

  const SavedRun& first() const { return runs.front(); }
  std::size_t finished() const;  ///< runs that did not diverge
};

struct SeriesResult {
  std::vector<VariantResult> variants;
  std::vector<std::string> classes;  ///< what label 0, 1, … is called
};

/// Mean and sample standard deviation over seeds; the deviation is 0 for one seed, the mean of none is NaN.
struct Spread {
  double mean = 0, deviation = 0;
};
Spread spread(const std::vector<double>& values);
/// "75.49 ± 0.31", or "75.49" for one seed
std::string to_string(const Spread& spread, std::size_t seeds);

/// A value of every run that did not diverge.
Spread spread(const VariantResult& result, const std::function<double(const SavedRun&)>& value);
/// Percent of the test images.
Spread test_last(const VariantResult& result);
Spread test_best(const VariantResult& result);
Spread train_last(const VariantResult& result);
/// "87.12 ± 0.21", of one of these; "diverged"; "87.12 ± 0.21 (1 of 3 diverged)".
std::string spread_of(const VariantResult& variant, Spread (*of)(const VariantResult&));
/// Of training, without the test after it: "12.3"; "–" where all runs diverged.
std::string seconds_an_epoch(const VariantResult& variant);

}  // namespace norma
