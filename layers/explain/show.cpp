#include "layers/explain/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace norma {
namespace {

// Backgrounds of sets, for black letters: light forms of the colours of Okabe and Ito.
constexpr std::array<std::array<int, 3>, 6> shades = {
    {{166, 206, 239}, {255, 204, 153}, {163, 222, 196}, {231, 190, 216}, {243, 225, 143}, {214, 214, 214}}};

std::string cell(const Explanation& e, std::size_t i, double value, bool colours) {
  const std::size_t set = e.set_of[i];
  const std::string text = fmt::format("{:>9} {:<2}", four_digits(value), letter_of(set));
  if (!colours) return text;
  const auto& c = shades[set % shades.size()];
  return fmt::format("\x1b[30;48;2;{};{};{}m{}\x1b[0m", c[0], c[1], c[2], text);
}

std::vector<std::vector<std::string>> set_rows(const Explanation& e) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t s = 0; s < e.sets.size(); ++s) {
    const ExplainedSet& set = e.sets[s];
    rows.push_back({letter_of(s), std::to_string(set.elements), four_digits(set.mean),
                    four_digits(set.variance), four_digits(set.rstd)});
    if (!e.dy.empty())
      rows.back().insert(rows.back().end(), {four_digits(set.sum_g), four_digits(set.sum_gx)});
  }
  return rows;
}

std::vector<std::string> set_heading(const Explanation& e) {
  const char* spread = row_of(e.norm).traits.centred ? "variance" : "mean square";
  std::vector<std::string> heading = {"set", "M", "mean", spread, "rstd"};
  if (!e.dy.empty()) heading.insert(heading.end(), {"Σ g", "Σ g·x̂"});
  return heading;
}

// How many columns a UTF-8 text takes, with x̂ as one: its second code point combines.
std::size_t columns(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    count += (byte & 0xC0) != 0x80 && byte != 0xCC;
  }
  return count;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, columns(text)), ' ') + text;
}

}  // namespace

std::string ExplainedTable::heading() const { return formula.empty() ? name : name + " = " + formula; }

std::string plane_of(const Explanation& e, std::int64_t element) {
  const std::int64_t plane = element / (e.shape[2] * e.shape[3]);
  return fmt::format("n {} c {}", plane / e.shape[1], plane % e.shape[1]);
}

std::string letter_of(std::size_t set) {
  std::string letters(1, static_cast<char>('a' + set % 26));
  return set < 26 ? letters : letter_of(set / 26 - 1) + letters;
}

std::string four_digits(double value) {
  const std::string text = std::abs(value) < 1e5 || !std::isfinite(value) ? fmt::format("{:.4f}", value)
                                                                          : fmt::format("{:.4g}", value);
  return text == "-0.0000" ? "0.0000" : text;
}

std::vector<ExplainedTable> tables_of(const Explanation& e) {
  const bool centred = row_of(e.norm).traits.centred;
  std::vector<ExplainedTable> tables = {
      {"x", "", &e.x},
      {"x̂", centred ? "(x − mean)·rstd" : "x·rstd", &e.xhat},
      {"y", e.bias.empty() ? "weight·x̂" : "weight·x̂ + bias", &e.y},
  };
  if (e.dy.empty()) return tables;
  tables.push_back({"dy", "the gradient by y", &e.dy});
  tables.push_back({"g", "dy·weight", &e.g});
  tables.push_back({"dx, first part", "rstd·g", &e.own_part});
  if (centred) tables.push_back({"dx, second part", "−rstd·(Σ g)/M", &e.mean_part});
  tables.push_back({"dx, last part", "−rstd·x̂·(Σ g·x̂)/M", &e.xhat_part});
  tables.push_back({"dx", "the sum of its parts", &e.dx});
  return tables;
}

std::string headline(const Explanation& e) {
  const NormRow& row = row_of(e.norm);
  return fmt::format("{} of x {}{}: {} set{} of {} element{}, ε = {}", row.title, e.shape.to_string(),
                     row.traits.grouped ? fmt::format(" in {} groups", e.groups) : "", e.sets.size(),
                     e.sets.size() == 1 ? "" : "s", e.sets.front().elements,
                     e.sets.front().elements == 1 ? "" : "s", e.eps);
}

std::string set_line(const Explanation& e, std::size_t set) {
  const ExplainedSet& s = e.sets[set];
  std::string text = "set " + letter_of(set) + ":";
  if (row_of(e.norm).traits.centred) text += " mean " + four_digits(s.mean) + ",";
  text += fmt::format(" {} {}, rstd {}", row_of(e.norm).traits.centred ? "variance" : "mean square",
                      four_digits(s.variance), four_digits(s.rstd));
  if (!e.dy.empty()) text += ", Σ g " + four_digits(s.sum_g) + ", Σ g·x̂ " + four_digits(s.sum_gx);
  return text;
}

std::string text_of(const Explanation& e, bool colours) {
  std::string text = headline(e) + "\n";
  const std::int64_t hw = e.shape[2] * e.shape[3];
  bool sets_shown = false;
  for (const ExplainedTable& table : tables_of(e)) {
    text += "\n" + table.heading() + "\n";
    for (std::size_t i = 0; i < table.values->size(); ++i) {
      const auto at = static_cast<std::int64_t>(i);
      if (at % hw == 0) text += "  " + plane_of(e, at);
      text += cell(e, i, (*table.values)[i], colours);
      if (at % hw == hw - 1) text += '\n';
    }
    if (std::exchange(sets_shown, true)) continue;
    const auto heading = set_heading(e);
    text += '\n';
    for (const std::string& word : heading) text += right(word, 13);
    text += '\n';
    for (const auto& row : set_rows(e)) {
      for (const std::string& value : row) text += right(value, 13);
      text += '\n';
    }
  }
  return text;
}

std::string html_of(const Explanation& e) {
  const auto shade = [&](std::size_t set) {
    const auto& c = shades[set % shades.size()];
    return fmt::format("background:rgb({},{},{});color:#000", c[0], c[1], c[2]);
  };
  const std::int64_t hw = e.shape[2] * e.shape[3];
  std::string html, sets = "<table><tr>";
  for (const std::string& word : set_heading(e)) sets += "<th>" + word + "</th>";
  sets += "</tr>\n";
  const auto rows = set_rows(e);
  for (std::size_t s = 0; s < rows.size(); ++s) {
    sets += fmt::format("<tr style=\"{}\">", shade(s));
    for (const std::string& value : rows[s]) sets += "<td>" + value + "</td>";
    sets += "</tr>\n";
  }
  sets += "</table>\n";
  for (const ExplainedTable& table : tables_of(e)) {
    html += "<table><caption>" + table.heading() + "</caption>\n";
    for (std::size_t i = 0; i < table.values->size(); ++i) {
      const auto at = static_cast<std::int64_t>(i);
      if (at % hw == 0) html += "<tr><th>" + plane_of(e, at) + "</th>";
      html += fmt::format("<td style=\"{}\">{}&nbsp;{}</td>", shade(e.set_of[i]),
                          four_digits((*table.values)[i]), letter_of(e.set_of[i]));
      if (at % hw == hw - 1) html += "</tr>\n";
    }
    html += "</table>\n";
    if (!sets.empty()) html += std::exchange(sets, "");
  }
  return html;
}

}  // namespace norma
