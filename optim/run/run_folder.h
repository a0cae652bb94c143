// A run folder: the files of a training run.
//
//   config.json            all options of the run and its machine; written first
//   metrics.jsonl          one line per epoch, written at its end
//   norm_statistics.jsonl  statistics of the norms, one line per epoch and one before the first
//                          (optim/norm_statistics.h)
//   checkpoint.safetensors until the run is complete: everything that it needs to continue (checkpoint.h)
//   model.safetensors      the weights at the end, with PyTorch's names
//   report.html            a page on the run (apps/report/pages/report.h), made from the files above
//   curves.png, misclassified.png  two pictures of it
//   events.out.…           with --tensorboard, the numbers of metrics.jsonl (optim/tensorboard.h)
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "layers/module.h"
#include "optim/run/checkpoint.h"

namespace norma {

/// Renames the files that exist to NAME.~1~, or NAME.~2~, … if one of these names is taken; all get the same
/// number. Event files become events.~1~, because TensorBoard would read their names with any ending. Returns
/// "~1~", or empty if no file existed.
std::string put_aside(const std::vector<std::filesystem::path>& files);

class RunFolder {
 public:
  /// Makes the folder; with an empty name a new one, runs/DATE-TIME-LABEL. Throws if that fails, or while
  /// another process trains into it.
  RunFolder(const std::string& name, const std::string& label);

  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Begins a run: puts files of an earlier one aside and writes config.json. Throws if the folder cannot be
  /// written.
  void begin(const nlohmann::ordered_json& config);
  /// Continues the run of this checkpoint: writes config.json and drops the lines that were written after it.
  void go_on(const nlohmann::ordered_json& config, const Checkpoint& checkpoint);
  /// A sentence on files of an earlier run that were put aside; empty if there were none.
  const std::string& put_aside() const { return put_aside_; }

  void write_config(const nlohmann::ordered_json& config);
  void append_metrics(const nlohmann::ordered_json& line);
  void append_norm_statistics(const nlohmann::ordered_json& line);
  /// The weights of a network; model_ema.safetensors has their averages (Recipe::ema).
  void write_model(const State& weights, const nlohmann::ordered_json& config,
                   const std::string& name = "model.safetensors");
  void write_checkpoint(const nlohmann::ordered_json& config, const State& state);
  /// For a run that is complete.
  void remove_checkpoint();

 private:
  void open_lines();
  void append(std::ofstream& out, const char* file, std::vector<std::string>& lines,
              const nlohmann::ordered_json& line);

  std::filesystem::path path_;
  std::string put_aside_;
  std::ofstream metrics_, norm_statistics_;
  std::vector<std::string> metrics_lines_, norm_statistics_lines_;
  int lock_ = -1;  // a descriptor of the folder, locked while this process trains
};

}  // namespace norma
