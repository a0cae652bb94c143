#include "apps/run/json_lines.h"

#include <fstream>

namespace norma {

std::vector<nlohmann::ordered_json> read_json_lines(const std::filesystem::path& file) {
  std::vector<nlohmann::ordered_json> lines;
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line) && !in.eof();) {  // without its end, it ends with the file
    lines.push_back(nlohmann::ordered_json::parse(line, nullptr, false));
    if (lines.back().is_discarded()) fail("{}: line {} is no JSON", file.string(), lines.size());
  }
  return lines;
}

}  // namespace norma
