#include "apps/report/draw/font.h"

#include <cmath>

#include "apps/report/draw/embedded.h"
#include "core/error.h"

#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#include <stb/stb_truetype.h>

namespace norma {
namespace {

const stbtt_fontinfo& font(bool bold) {
  const auto load = [](std::string_view file) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
    stbtt_fontinfo info;
    if (!stbtt_InitFont(&info, bytes, stbtt_GetFontOffsetForIndex(bytes, 0)))
      fail("the font in this program cannot be read: build the program again");
    return info;
  };
  static const stbtt_fontinfo plain = load(embedded::font()), fat = load(embedded::bold_font());
  return bold ? fat : plain;
}

// For a size of the font's em square, as in CSS.
float scale_of(const stbtt_fontinfo& info, double size) {
  return stbtt_ScaleForMappingEmToPixels(&info, static_cast<float>(size));
}

// Each byte that is not UTF-8 becomes U+FFFD.
std::vector<int> code_points(const std::string& words) {
  std::vector<int> points;
  for (std::size_t i = 0; i < words.size();) {
    const auto byte = static_cast<unsigned char>(words[i]);
    const int more = byte < 0x80 ? 0 : byte >> 5 == 6 ? 1 : byte >> 4 == 14 ? 2 : byte >> 3 == 30 ? 3 : -1;
    int point = more <= 0 ? byte : byte & (0x3f >> more);
    bool valid = more >= 0 && i + static_cast<std::size_t>(more) < words.size();
    for (int k = 1; valid && k <= more; ++k) {
      const auto next = static_cast<unsigned char>(words[i + static_cast<std::size_t>(k)]);
      valid = next >> 6 == 2;
      point = point << 6 | (next & 0x3f);
    }
    points.push_back(valid ? point : 0xfffd);
    i += valid ? static_cast<std::size_t>(more) + 1 : 1;
  }
  return points;
}

// Calls place(code point, x) for each letter and returns the x after the last.
template <class F>
double for_letters(const std::string& words, double size, bool bold, F&& place) {
  const stbtt_fontinfo& info = font(bold);
  const float scale = scale_of(info, size);
  const std::vector<int> points = code_points(words);
  double x = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    place(points[i], x);
    int advance = 0, bearing = 0;
    stbtt_GetCodepointHMetrics(&info, points[i], &advance, &bearing);
    if (i + 1 < points.size()) advance += stbtt_GetCodepointKernAdvance(&info, points[i], points[i + 1]);
    x += scale * static_cast<float>(advance);
  }
  return x;
}

}  // namespace

double text_width(const std::string& words, double size, bool bold) {
  return for_letters(words, size, bold, [](int, double) {});
}

std::vector<Glyph> set_text(const std::string& words, double x, double y, double size, bool bold) {
  const stbtt_fontinfo& info = font(bold);
  const float scale = scale_of(info, size);
  std::vector<Glyph> glyphs;
  for_letters(words, size, bold, [&](int point, double at) {
    const double left = std::floor(x + at), top = std::floor(y);
    const auto shift_x = static_cast<float>(x + at - left), shift_y = static_cast<float>(y - top);
    int x0, y0, x1, y1;
    stbtt_GetCodepointBitmapBoxSubpixel(&info, point, scale, scale, shift_x, shift_y, &x0, &y0, &x1, &y1);
    if (x1 <= x0 || y1 <= y0) return;  // a space
    Glyph glyph{static_cast<int>(left) + x0, static_cast<int>(top) + y0, x1 - x0, y1 - y0, {}};
    glyph.coverage.resize(static_cast<std::size_t>(glyph.width) * glyph.height);
    stbtt_MakeCodepointBitmapSubpixel(&info, glyph.coverage.data(), glyph.width, glyph.height, glyph.width,
                                      scale, scale, shift_x, shift_y, point);
    glyphs.push_back(std::move(glyph));
  });
  return glyphs;
}

}  // namespace norma
