// Letters: the fonts that are part of the program (DejaVu Sans, by the Debian package fonts-dejavu-core).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma {

/// How much of each pixel a letter covers, and where its left upper pixel goes.
struct Glyph {
  int x, y, width, height;
  std::vector<std::uint8_t> coverage;  ///< [height][width], 255 is all
};

/// Width of UTF-8 text whose letters are `size` pixels high, from the top of one line to that of the next or so.
double text_width(const std::string& words, double size, bool bold = false);

/// The letters of a line whose baseline begins at (x, y), at fractions of pixels too.
std::vector<Glyph> set_text(const std::string& words, double x, double y, double size, bool bold = false);

}  // namespace norma
