// Whether two runs came to the same result.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/save_file.h"
#include "layers/safetensors.h"
#include "tests/support/catch.h"

namespace norma::test {

/// The lines of a file without the times in them.
inline std::vector<nlohmann::json> lines_without_times(const std::filesystem::path& file) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(nlohmann::json::parse(line));
    lines.back().erase("seconds");
    lines.back().erase("images_per_second");
  }
  return lines;
}

inline std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

/// Weights, metrics and statistics of two runs have the same bits; their times may differ.
inline void check_same(const std::filesystem::path& run, const std::filesystem::path& whole) {
  CHECK(names_in(run) == names_in(whole));
  for (const char* file : {"metrics.jsonl", "norm_statistics.jsonl"})
    CHECK(lines_without_times(run / file) == lines_without_times(whole / file));
  const auto got = load_safetensors(run / "model.safetensors"),
             want = load_safetensors(whole / "model.safetensors");
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO(want[i].name);
    CHECK(got[i].tensor.to_vector<double>() == want[i].tensor.to_vector<double>());
  }
  CHECK(norma::read_file(run / "misclassified.png") == norma::read_file(whole / "misclassified.png"));
}

}  // namespace norma::test
