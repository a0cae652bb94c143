#include "apps/report/draw/html.h"

#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/json.h"

namespace norma {
namespace {

using Json = nlohmann::ordered_json;

// The JSON writer replaces bytes that are not UTF-8.
std::string valid_utf8(std::string_view text) {
  const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return parse_json<Json>(quoted, "a text").get<std::string>();
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string safe;
  for (const char c : valid_utf8(text)) switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  return safe;
}

std::string script_json(const Json& json) {
  std::string safe;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace))
    if (c == '<')
      safe += "\\u003c";  // "</script>" and "<!--" begin with <; JSON has it only in strings
    else
      safe += c;
  return safe;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::string data_uri(const Picture& picture) {
  return "data:image/png;base64," + base64(encode_png(picture));
}

std::string fill_template(std::string_view page, const std::map<std::string, std::string>& values) {
  std::string filled;
  std::set<std::string> used;
  for (std::size_t at = 0;;) {
    const std::size_t begin = page.find("{{", at);
    filled += page.substr(at, begin - at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = page.find("}}", begin);
    if (end == std::string_view::npos) fail("the page's template has a {{{{ without its }}}}");
    const std::string name(page.substr(begin + 2, end - begin - 2));
    const auto value = values.find(name);
    if (value == values.end())
      fail("the page's template has a place for {}, but there is no value for it", name);
    filled += value->second;
    used.insert(name);
    at = end + 2;
  }
  for (const auto& [name, value] : values)
    if (!used.contains(name)) fail("the page's template has no place for {}", name);
  return filled;
}

std::string html_table(const std::string& caption, const std::vector<std::string>& heading,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\"><table><caption>" + caption + "</caption><thead><tr>";
  for (const std::string& cell : heading) html += "<th scope=\"col\">" + cell + "</th>";
  html += "</tr></thead><tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += i == 0 ? "<th scope=\"row\">" + row[i] + "</th>" : "<td>" + row[i] + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace norma
