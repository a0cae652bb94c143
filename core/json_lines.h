// JSON lines: a file to which a run appends one line at a time, so that its results are always kept.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace norma {

using JsonLine = JsonObject<nlohmann::ordered_json>;

/// Calls `use` with each line; never if the file does not exist. Leaves out an incomplete last line, of a run
/// that was killed while it wrote. Only one line at a time is in memory, and it has at most a megabyte.
/// Throws an error that names file and line if a line is not a JSON object or if there are more than `most`
/// lines.
void for_each_json_line(const std::filesystem::path& file, std::size_t most,
                        const std::function<void(const JsonLine&)>& use);

/// from(line) for every line.
template <class F>
auto read_json_lines(const std::filesystem::path& file, std::size_t most, F&& from) {
  std::vector<decltype(from(std::declval<const JsonLine&>()))> all;
  for_each_json_line(file, most, [&](const JsonLine& line) { all.push_back(from(line)); });
  return all;
}

/// Returns the epochs, whose numbers must be first, first + 1, … Throws if they are not.
template <class Epoch>
std::vector<Epoch> in_order(std::vector<Epoch> epochs, int first, const std::filesystem::path& file) {
  for (const Epoch& e : epochs)
    if (e.epoch != first++)
      fail("{} has epoch {} instead of {}: was it made from two runs?", file.string(), e.epoch, first - 1);
  return epochs;
}

}  // namespace norma
