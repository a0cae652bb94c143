// Files that are part of the program (apps/report/CMakeLists.txt names them), so that it needs none of them beside it.
#pragma once

#include <string_view>

namespace norma::embedded {

std::string_view report_template();
std::string_view font();       ///< DejaVu Sans, TrueType
std::string_view bold_font();  ///< DejaVu Sans Bold, TrueType

}  // namespace norma::embedded
