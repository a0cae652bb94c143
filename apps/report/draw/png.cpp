#include "apps/report/draw/png.h"

#include <png.h>

#include "core/error.h"

namespace norma {

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
