// Pieces of an HTML page, safe whatever the names in it are.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "apps/report/draw/png.h"

namespace norma {

/// As text, or as the value of an attribute in double quotes. What is no UTF-8 becomes U+FFFD.
std::string escape_html(std::string_view text);
/// As the content of a <script type="application/json">: no "<" is in it.
std::string script_json(const nlohmann::ordered_json& json);
/// "data:image/png;base64,…"
std::string data_uri(const Picture& picture);
std::string base64(std::string_view bytes);

/// Puts values in the places of {{names}}. Throws, naming it, where the template has a place without a value, or
/// a value has no place.
std::string fill_template(std::string_view page, const std::map<std::string, std::string>& values);

/// Rows of cells (HTML, not escaped); the first cell of a row is its heading. Scrolls within its own box.
std::string html_table(const std::string& caption, const std::vector<std::string>& heading,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace norma
