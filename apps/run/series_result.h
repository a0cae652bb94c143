// The results of a series of training runs: several variants of a run, each with several seeds. compare and
// study make them (apps/commands/series.h), and their reports show them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "core/spread.h"
#include "optim/confusion.h"
#include "optim/run/saved_run.h"

namespace norma {

struct Variant {
  std::string label;    ///< "bn", "gn batch 4"; also in the names of its folders, with - for blanks
  Options options;      ///< with the first seed
  std::string command;  ///< the command that trains it, without the seed
};

struct VariantResult {
  Variant variant;
  std::vector<SavedRun> runs;  ///< one per seed, read from their folders; some may have diverged
  Confusion confusion;         ///< of the test images of all other runs together, after the last epoch

  const SavedRun& first() const { return runs.front(); }  ///< there must be one
  std::size_t finished() const;                           ///< runs that did not diverge
};

struct SeriesResult {
  std::vector<VariantResult> variants;
  std::vector<std::string> classes;  ///< the names of label 0, 1, …
  std::vector<std::string> missing;  ///< runs that are not complete: "gn, seed 2"
};

/// A value of every run that did not diverge.
Spread spread(const VariantResult& result, const std::function<double(const SavedRun&)>& value);
/// Accuracy in percent: of the last epoch, and of the best.
Spread test_last(const VariantResult& result);
Spread test_best(const VariantResult& result);
Spread train_last(const VariantResult& result);
/// One of these as text: "87.12 ± 0.21", "diverged", or "87.12 ± 0.21 (1 of 3 diverged)".
std::string spread_of(const VariantResult& variant, Spread (*of)(const VariantResult&));
/// Seconds of training per epoch, without the test after it: "12.3", or "–" if all runs diverged.
std::string seconds_an_epoch(const VariantResult& variant);

}  // namespace norma
