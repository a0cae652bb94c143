// A run folder: what a training run leaves behind.
//
//   config.json            everything the run was asked for, and on what it ran; written first
//   metrics.jsonl          an epoch a line, written as it ends
//   norm_statistics.jsonl  what each norm does, an epoch a line, before the first one too (optim/norm_statistics.h)
//   model.safetensors      the weights at the end, by PyTorch's names
//   report.html            the run as a page to look at (apps/report/pages/report.h), made of the files above …
//   curves.png, misclassified.png  … and two pictures of it
//   events.out.…           with --tensorboard, what metrics.jsonl says (optim/tensorboard.h)
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "layers/module.h"

namespace norma {

/// Renames those of the files that are there to NAME.~1~ (event files, all of whose names TensorBoard would read, to
/// events.~1~), or ~2~, … if one is taken: all of them to the same number. Returns "~1~"; empty where none was there.
std::string put_aside(const std::vector<std::filesystem::path>& files);

class RunFolder {
 public:
  /// Makes the folder; with an empty name a new one, runs/DATE-TIME-LABEL. Files of an earlier run in it are
  /// put aside. Throws where it cannot be written, and while another process trains into it.
  RunFolder(const std::string& name, const std::string& label);

  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

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
  int lock_ = -1;  // a descriptor of the folder, locked while this process trains
};

}  // namespace norma
