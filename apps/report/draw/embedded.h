// Files that are embedded in the program, so that it runs without them; named in apps/report/CMakeLists.txt.
#pragma once

#include <string_view>

namespace norma::embedded {

std::string_view report_template();
std::string_view font();       ///< DejaVu Sans, TrueType
std::string_view bold_font();  ///< DejaVu Sans Bold, TrueType

}  // namespace norma::embedded
