// Reading PNG and JPEG files, by libpng and libjpeg.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace norma {

struct Picture {
  std::int64_t width = 0, height = 0;
  std::int64_t channels = 0;         ///< 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> pixels;  ///< [height, width, channels], sRGB
};

/// Limits that a file's header is held to before any memory is asked for.
inline constexpr std::int64_t longest_picture_side = 20'000, most_picture_pixels = 100'000'000;

/// Which of the two a file is, its first bytes say, not its name. What is transparent is laid over black; 16 bits per
/// channel become 8. A camera's note on which side is up (EXIF) is not followed. Throws, naming the file, where it is
/// neither PNG nor JPEG, damaged, cut off or too large.
Picture read_picture(const std::filesystem::path& file);

}  // namespace norma
