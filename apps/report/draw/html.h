// Pieces of an HTML page. They are safe for any names in it.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "data/image_file.h"

namespace norma {

/// For text, or for the value of an attribute in double quotes. Bytes that are not UTF-8 become U+FFFD.
std::string escape_html(std::string_view text);
/// For the content of a <script type="application/json">: contains no "<".
std::string script_json(const nlohmann::ordered_json& json);
/// "data:image/png;base64,…"
std::string data_uri(const Picture& picture);
std::string base64(std::string_view bytes);

/// Puts values in the places of {{names}}. Throws an error with the name if a place has no value, or a value
/// has no place.
std::string fill_template(std::string_view page, const std::map<std::string, std::string>& values);

/// A table of cells (HTML, not escaped). The first cell of a row is its heading. Wide tables scroll.
std::string html_table(const std::string& caption, const std::vector<std::string>& heading,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace norma
