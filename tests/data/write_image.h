// Writes PNG and JPEG files for tests.
#pragma once

#include <jpeglib.h>
#include <png.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace norma::test {

/// `format` is one of libpng's: PNG_FORMAT_RGB, PNG_FORMAT_GRAY, PNG_FORMAT_RGBA, … with its bytes per pixel.
inline void write_png(const std::filesystem::path& file, int width, int height, unsigned format,
                      const std::vector<unsigned char>& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width), image.height = static_cast<png_uint_32>(height);
  image.format = format;
  if (PNG_IMAGE_SIZE(image) != pixels.size() ||
      png_image_write_to_file(&image, file.c_str(), 0, pixels.data(), 0, nullptr) == 0)
    throw std::runtime_error("cannot write " + file.string());
}

/// `channels` 1: grey, 3: RGB, 4: CMYK.
inline void write_jpeg(const std::filesystem::path& file, int width, int height, int channels,
                       std::vector<unsigned char> pixels, bool progressive = false) {
  if (pixels.size() != static_cast<std::size_t>(width * height * channels))
    throw std::runtime_error("pixels");
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (out == nullptr) throw std::runtime_error("cannot write " + file.string());
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  jpeg_stdio_dest(&info, out);
  info.image_width = static_cast<JDIMENSION>(width), info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = channels;
  info.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row =
        &pixels[static_cast<std::size_t>(info.next_scanline) * static_cast<std::size_t>(width * channels)];
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::fclose(out);
}

/// width · height pixels of the same bytes.
inline std::vector<unsigned char> plain(int width, int height, const std::vector<unsigned char>& pixel) {
  std::vector<unsigned char> pixels;
  for (int i = 0; i < width * height; ++i) pixels.insert(pixels.end(), pixel.begin(), pixel.end());
  return pixels;
}

}  // namespace norma::test
