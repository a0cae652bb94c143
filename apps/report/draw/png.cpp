#include "apps/report/draw/png.h"

#include "core/error.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

namespace norma {

std::string encode_png(const Picture& picture) {
  std::string file;
  const auto append = [](void* to, void* bytes, int count) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), static_cast<std::size_t>(count));
  };
  if (!stbi_write_png_to_func(append, &file, picture.width, picture.height, picture.channels,
                              picture.pixels.data(), picture.width * picture.channels))
    fail("a picture of {}×{} pixels could not be written as PNG", picture.width, picture.height);
  return file;
}

}  // namespace norma
