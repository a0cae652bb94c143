// A run folder, read back: what it was asked for, and what each epoch reached. For whatever looks at runs after
// they ended: the report, comparisons, studies, and a run that continues.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "optim/norm_statistics.h"
#include "optim/trainer.h"

namespace norma {

struct SavedRun {
  std::filesystem::path folder;
  nlohmann::ordered_json config;                ///< config.json, whole
  std::vector<EpochResult> epochs;              ///< the finished ones, from 1, in order
  std::vector<NormStatistics> norm_statistics;  ///< from epoch 0; empty where none were written

  /// Every epoch that was asked for is there, and so are the weights; or it diverged, and would again.
  bool complete() const;
  /// What was said when its loss was no number any more; empty where it always was one.
  std::string diverged() const;
  /// How many epochs were asked for.
  int epochs_asked() const;
  /// The epoch with the best test accuracy, the first of several; throws where none was finished.
  const EpochResult& best() const;
  /// "gn4" where the command line chose the groups, else "gn".
  std::string norm_label() const;
  std::string data_name() const;  ///< "cifar10", "synthetic"
};

/// Whether there is a config.json in the folder.
bool is_run(const std::filesystem::path& folder);

/// Reads config.json, metrics.jsonl and norm_statistics.jsonl. A last line that was cut off, because the run was killed
/// while it wrote, is no epoch. Throws, naming file and line, where there is no run or it is none of Norma's.
SavedRun read_run(const std::filesystem::path& folder);

}  // namespace norma
