// JSON lines: a file to which a run adds a line at a time, so that what it reached is there whenever it ends.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"

namespace norma {

/// Every line as JSON; none where there is no such file. A last line without its end, of a run that was killed while
/// it wrote, is left out. Throws, naming file and line, what is no JSON.
std::vector<nlohmann::ordered_json> read_json_lines(const std::filesystem::path& file);

/// from(line) of every line. Throws, naming file and line, where it does.
template <class F>
auto read_json_lines(const std::filesystem::path& file, F&& from) {
  std::vector<decltype(from(nlohmann::ordered_json()))> all;
  for (const auto& line : read_json_lines(file)) try {
      all.push_back(from(line));
    } catch (const nlohmann::json::exception&) {
      fail("{}: line {} is not what it should be: a key is missing, or of another type", file.string(),
           all.size() + 1);
    }
  return all;
}

}  // namespace norma
