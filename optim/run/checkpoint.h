// A checkpoint: everything that a training needs to continue after it was killed, in one file of its run
// folder.
//
//   checkpoint.safetensors
//     tensors   network.…, optimizer.…, scheduler, progress (optim/trainer.h, state_dict)
//     metadata  config, the lines of metrics.jsonl and norm_statistics.jsonl so far, a checksum
//
// A run that is complete has none.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "optim/run/saved_config.h"
#include "optim/state.h"

namespace norma {

struct Checkpoint {
  SavedConfig config;                                 ///< config.json of the run
  std::vector<std::string> metrics, norm_statistics;  ///< lines of the two files, without their ends
  State state;
};

/// The lines, each with its end.
std::string text_of(const std::vector<std::string>& lines);

std::filesystem::path checkpoint_file(const std::filesystem::path& folder);

/// Replaces the checkpoint before it, which exists until the new one is complete.
void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

/// Nothing if the folder has none. Throws, and names the file, if it is damaged or not a checkpoint.
std::optional<Checkpoint> load_checkpoint(const std::filesystem::path& folder);

}  // namespace norma
