// Reading PNG and JPEG files and writing PNG files, by libpng and libjpeg.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace norma {

struct Picture {
  std::int64_t width = 0, height = 0;
  std::int64_t channels = 3;              ///< 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> pixels = {};  ///< [height, width, channels], sRGB
};

/// Larger pictures are refused, before memory is allocated for them.
inline constexpr std::int64_t longest_picture_side = 20'000, most_picture_pixels = 100'000'000;

/// The first bytes of a file, not its name, decide whether it is PNG or JPEG. Transparent pixels are blended
/// with black; 16 bits per channel become 8. The orientation in a camera's EXIF data is ignored. Throws if
/// the file is neither PNG nor JPEG, or is damaged, cut off or too large; the error names the file.
Picture read_picture(const std::filesystem::path& file);

/// The bytes of a PNG file with this picture.
std::string encode_png(const Picture& picture);

}  // namespace norma
