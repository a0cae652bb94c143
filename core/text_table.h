// A table for a terminal.
#pragma once

#include <string>
#include <vector>

namespace norma {

using Row = std::vector<std::string>;

/// The title, the heading and the rows, a line each; the first cell of a row is its name.
std::string text_table(const std::string& title, const Row& heading, const std::vector<Row>& rows);

}  // namespace norma
