// Letters, from the fonts in the program (DejaVu Sans, from the Debian package fonts-dejavu-core).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma {

/// How much of each pixel a letter covers, and the place of its left upper pixel.
struct Glyph {
  int x, y, width, height;
  std::vector<std::uint8_t> coverage;  ///< [height][width], 255 is all
};

/// Width of UTF-8 text. `size` is the height of a line in pixels, approximately.
double text_width(const std::string& words, double size, bool bold = false);

/// The letters of a line. Its baseline begins at (x, y), which may be fractions of pixels.
std::vector<Glyph> set_text(const std::string& words, double x, double y, double size, bool bold = false);

}  // namespace norma
