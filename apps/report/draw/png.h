// PNG files, written by libpng.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma {

/// 8 bits per channel, row by row, the channels of a pixel together.
struct Picture {
  int width = 0, height = 0, channels = 3;  ///< 1: grey, 3: RGB
  std::vector<std::uint8_t> pixels = {};
};

/// The bytes of a PNG file.
std::string encode_png(const Picture& picture);

}  // namespace norma
