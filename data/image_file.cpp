#include "data/image_file.h"

#include <jerror.h>
#include <jpeglib.h>
#include <png.h>

#include <array>
#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "core/error.h"

namespace norma {
namespace {

// The text of an error, or "" if the size is accepted.
std::string check_size(std::int64_t width, std::int64_t height) {
  if (width >= 1 && height >= 1 && width <= longest_picture_side && height <= longest_picture_side &&
      width * height <= most_picture_pixels)
    return "";
  return fmt::format("it has {} × {} pixels, but at most {} per side and {} in all are read", width, height,
                     longest_picture_side, most_picture_pixels);
}

// The size of a file limits the number of its pixels. deflate makes at most 1032 bytes from one byte. A JPEG
// file has at least one bit for each block of 8 × 8 samples, and a sample is at most 4 × 4 pixels.
constexpr std::int64_t most_bytes_per_deflated = 1032, most_pixels_per_jpeg_byte = 8 * 64 * 16;

std::string too_small(std::int64_t bytes, std::int64_t width, std::int64_t height) {
  return fmt::format("it has {} bytes, which cannot hold {} × {} pixels: it is damaged or cut off", bytes,
                     width, height);
}

using Start = std::array<unsigned char, 26>;  // of a file; in PNG, they end with bit depth and color type

// The number of bytes in a PNG file before deflate, at least.
std::int64_t bytes_in_png(const Start& start, std::int64_t width, std::int64_t height) {
  const std::int64_t depth = start[24], kind = start[25];
  const std::int64_t samples = kind == 2 ? 3 : kind == 4 ? 2 : kind == 6 ? 4 : 1;
  return height * ((width * samples * depth + 7) / 8);
}

// Blends pixels with black by their alpha, their last channel.
void drop_alpha(std::vector<std::uint8_t>& pixels, std::size_t colors) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < pixels.size(); from += colors + 1)
    for (std::size_t c = 0; c < colors; ++c)
      pixels[to++] = static_cast<std::uint8_t>((pixels[from + c] * pixels[from + colors] + 127) / 255);
  pixels.resize(to);
}

// Each reader below returns the text of an error, or "" if there was none.

std::string read_png(std::FILE* file, std::int64_t bytes, const Start& start, Picture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, decltype(&png_image_free)> free_at_end(&image, png_image_free);
  if (png_image_begin_read_from_stdio(&image, file) == 0) return image.message;
  if (std::string error = check_size(image.width, image.height); !error.empty()) return error;
  if (bytes_in_png(start, image.width, image.height) > bytes * most_bytes_per_deflated)
    return too_small(bytes, image.width, image.height);
  const bool color = (image.format & PNG_FORMAT_FLAG_COLOR) != 0,
             alpha = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // if the file does not say; 8 bits are sRGB anyway
  image.format = (color ? PNG_FORMAT_FLAG_COLOR : 0) | (alpha ? PNG_FORMAT_FLAG_ALPHA : 0);
  picture = {image.width, image.height, color ? 3 : 1, {}};
  picture.pixels.resize(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr) == 0) return image.message;
  if (alpha) drop_alpha(picture.pixels, color ? 3 : 1);
  return "";
}

// libjpeg reports an error by calling a function that must not return. This one jumps back to setjmp.
struct JpegErrors : jpeg_error_mgr {
  std::jmp_buf back;
  std::array<char, JMSG_LENGTH_MAX> text;

  [[noreturn]] static void jump(j_common_ptr info) {
    auto& errors = static_cast<JpegErrors&>(*info->err);
    errors.format_message(info, errors.text.data());
    std::longjmp(errors.back, 1);
  }
  // A warning after which some pixels are unknown is an error here; other warnings are ignored.
  static void judge(j_common_ptr info, int level) {
    const int code = info->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
                      code == JWRN_MUST_RESYNC))
      jump(info);
  }
};

struct JpegReader {
  jpeg_decompress_struct info{};
  JpegErrors errors{};

  JpegReader() {
    info.err = jpeg_std_error(&errors);
    errors.error_exit = JpegErrors::jump;
    errors.emit_message = JpegErrors::judge;
  }
  ~JpegReader() { jpeg_destroy_decompress(&info); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
};

// No object with a destructor is made in this function and the next: a jump would not call it.
bool read_header(JpegReader& reader, std::FILE* file) {
  if (setjmp(reader.errors.back) != 0) return false;
  jpeg_create_decompress(&reader.info);
  jpeg_stdio_src(&reader.info, file);
  jpeg_read_header(&reader.info, TRUE);
  return true;
}

bool read_pixels(JpegReader& reader, Picture& picture) {
  if (setjmp(reader.errors.back) != 0) return false;
  jpeg_start_decompress(&reader.info);
  while (reader.info.output_scanline < reader.info.output_height) {
    JSAMPROW row = &picture.pixels[static_cast<std::size_t>(reader.info.output_scanline * picture.width *
                                                            picture.channels)];
    jpeg_read_scanlines(&reader.info, &row, 1);
  }
  jpeg_finish_decompress(&reader.info);
  return true;
}

std::string read_jpeg(std::FILE* file, std::int64_t bytes, Picture& picture) {
  JpegReader reader;
  jpeg_decompress_struct& info = reader.info;
  if (!read_header(reader, file)) return reader.errors.text.data();
  if (std::string error = check_size(info.image_width, info.image_height); !error.empty()) return error;
  if (info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK)
    return "its colours are CMYK, as for printing: save it in RGB";
  if (info.arith_code) return "it is compressed by arithmetic coding: save it as baseline JPEG";
  if (std::int64_t{info.image_width} * info.image_height > bytes * most_pixels_per_jpeg_byte)
    return too_small(bytes, info.image_width, info.image_height);
  const bool color = info.jpeg_color_space != JCS_GRAYSCALE;
  info.out_color_space = color ? JCS_RGB : JCS_GRAYSCALE;
  picture = {info.image_width, info.image_height, color ? 3 : 1, {}};
  picture.pixels.resize(static_cast<std::size_t>(picture.width * picture.height * picture.channels));
  return read_pixels(reader, picture) ? "" : reader.errors.text.data();
}

}  // namespace

Picture read_picture(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) fail("cannot open {}: {}", path.string(), std::strerror(errno));
  std::error_code unknown;
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, unknown));
  if (unknown) fail("cannot read {}: {}", path.string(), unknown.message());
  Start start{};
  const std::size_t count = std::fread(start.data(), 1, start.size(), file.get());
  if (std::ferror(file.get())) fail("cannot read {}: {}", path.string(), std::strerror(errno));
  std::rewind(file.get());
  const bool png = count >= 8 && png_sig_cmp(start.data(), 0, 8) == 0;
  const bool jpeg = count >= 3 && start[0] == 0xFF && start[1] == 0xD8 && start[2] == 0xFF;
  if (!png && !jpeg) fail("{} is not an image: its content is neither PNG nor JPEG", path.string());
  Picture picture;
  const std::string error =
      png ? read_png(file.get(), bytes, start, picture) : read_jpeg(file.get(), bytes, picture);
  if (!error.empty()) fail("the image {} cannot be read: {}", path.string(), error);
  return picture;
}

std::string encode_png(const Picture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = picture.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string file(size, '\0');
  if (png_image_write_to_memory(&image, file.data(), &size, 0, picture.pixels.data(), 0, nullptr) == 0)
    fail("a picture of {}×{} pixels could not be written as PNG: {}", picture.width, picture.height,
         static_cast<const char*>(image.message));
  file.resize(size);
  return file;
}

}  // namespace norma
