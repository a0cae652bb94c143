#include "core/text_table.h"

#include "core/error.h"

namespace norma {

std::string text_table(const std::string& title, const Row& heading, const std::vector<Row>& rows) {
  std::string text = "\n" + title + "\n";
  const auto line = [&](const Row& cells) {
    text += fmt::format("  {:<26}", cells.front());
    for (std::size_t i = 1; i < cells.size(); ++i) text += fmt::format("{:>10}", cells[i]);
    text += '\n';
  };
  line(heading);
  for (const auto& row : rows) line(row);
  return text;
}

}  // namespace norma
