// A run folder: what a training run leaves behind.
//
//   config.json            everything the run was asked for, and on what it ran; written first
//   metrics.jsonl          an epoch a line, written as it ends
//   norm_statistics.jsonl  what each norm does, an epoch a line, before the first one too (apps/norm_statistics.h)
//   model.safetensors      the weights at the end, by PyTorch's names
//   report.html            the run as a page to look at (apps/report/report.h), made of the files above …
//   curves.png, misclassified.png  … and two pictures of it
//   events.out.…           with --tensorboard, what metrics.jsonl says (apps/export/tensorboard.h)
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "layers/module.h"

namespace norma {

class RunFolder {
 public:
  /// Makes the folder; with an empty name a new one, runs/DATE-TIME-LABEL. Files of an earlier run in it are
  /// kept as NAME.~1~, NAME.~2~, … (event files as events.~1~, …). Throws where it cannot be written.
  RunFolder(const std::string& name, const std::string& label);

  const std::filesystem::path& path() const { return path_; }
  /// A sentence on files of an earlier run that were put aside; empty where there were none.
  const std::string& put_aside() const { return put_aside_; }

  void write_config(const nlohmann::ordered_json& config);
  void append_metrics(const nlohmann::ordered_json& line);
  void append_norm_statistics(const nlohmann::ordered_json& line);
  void write_model(const Module& network, const nlohmann::ordered_json& config);

 private:
  std::filesystem::path path_;
  std::string put_aside_;
  std::ofstream metrics_, norm_statistics_;
};

}  // namespace norma
