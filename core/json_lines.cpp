#include "core/json_lines.h"

#include <fstream>

#include "core/save_file.h"

namespace norma {
namespace {

constexpr std::size_t longest_line = 1 << 20;

// Reads the next line; false at the end of the file, and so for an incomplete last line.
bool next_line(std::ifstream& in, std::string& line, const std::string& name) {
  line.clear();
  for (int c = in.get(); c != std::ifstream::traits_type::eof(); c = in.get()) {
    if (c == '\n') return true;
    if (line.size() == longest_line) fail("{} has more than {} bytes", name, longest_line);
    line += static_cast<char>(c);
  }
  return false;
}

}  // namespace

void for_each_json_line(const std::filesystem::path& file, std::size_t most,
                        const std::function<void(const JsonLine&)>& use) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return;
  regular_file_size(file);  // throws if it is something else
  std::ifstream in(file, std::ios::binary);
  if (!in) fail("could not read {}: is it readable?", file.string());
  const auto name = [&](std::size_t number) { return fmt::format("{}, line {}", file.string(), number); };
  std::string line;
  for (std::size_t number = 1; next_line(in, line, name(number)); ++number) {
    if (number > most) fail("{} has more than {} lines: was it made from two runs?", file.string(), most);
    const auto json = parse_json<nlohmann::ordered_json>(line, name(number));
    use(JsonLine(json, name(number)));
  }
  if (in.bad()) fail("could not read all of {}", file.string());
}

}  // namespace norma
