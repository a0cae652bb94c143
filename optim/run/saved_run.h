// A run folder, read back: its options and the results of each epoch. For reports, comparisons and studies.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "optim/norm_statistics.h"
#include "optim/run/saved_config.h"
#include "optim/trainer.h"

namespace norma {

struct SavedRun {
  std::filesystem::path folder;
  SavedConfig config;                           ///< config.json
  std::vector<EpochResult> epochs;              ///< the finished ones, from 1, in order
  std::vector<NormStatistics> norm_statistics;  ///< from epoch 0; empty if none were written

  /// It has all requested epochs, the weights and no checkpoint; or it diverged, which it would do again.
  bool complete() const;
  /// The error if its loss became NaN or infinite; else empty.
  std::string diverged() const;
  /// The number of requested epochs.
  int epochs_asked() const;
  /// The epoch with the best test accuracy, the first one if they are several; throws if no epoch finished.
  const EpochResult& best() const;
  /// "gn4" if the command line chose the groups, else "gn".
  std::string norm_label() const;
  std::string data_name() const;  ///< "cifar10", "synthetic"
};

/// Whether the folder contains a config.json.
bool is_run(const std::filesystem::path& folder);

/// Reads config.json, metrics.jsonl and norm_statistics.jsonl. Ignores an incomplete last line, of a run that
/// was killed while it wrote. If the folder has no run of Norma, throws an error that names file and line.
SavedRun read_run(const std::filesystem::path& folder);

}  // namespace norma
