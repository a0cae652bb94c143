#include "data/resize.h"

#include <cmath>
#include "tests/support/catch.h"

#include "core/error.h"

namespace norma {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes resized(const Picture& picture, const Shape& image) {
  Bytes planes(static_cast<std::size_t>(image.numel()));
  resize(picture, image, planes.data());
  return planes;
}

Picture grey(std::int64_t width, std::int64_t height, Bytes pixels) {
  return {width, height, 1, std::move(pixels)};
}

// The definition: every output pixel as a sum over all input pixels, in double.
Bytes resized_by_definition(const Picture& p, std::int64_t h, std::int64_t w) {
  const auto weight = [](std::int64_t i, std::int64_t k, std::int64_t from, std::int64_t to) {
    const double scale = static_cast<double>(from) / static_cast<double>(to);
    const double away = static_cast<double>(k) + 0.5 - (static_cast<double>(i) + 0.5) * scale;
    return std::max(0.0, 1 - std::abs(away) / std::max(scale, 1.0));
  };
  Bytes out;
  for (std::int64_t c = 0; c < p.channels; ++c)
    for (std::int64_t y = 0; y < h; ++y)
      for (std::int64_t x = 0; x < w; ++x) {
        double sum = 0, weights = 0;
        for (std::int64_t i = 0; i < p.height; ++i)
          for (std::int64_t j = 0; j < p.width; ++j) {
            const double a = weight(y, i, p.height, h) * weight(x, j, p.width, w);
            sum += a * p.pixels[static_cast<std::size_t>((i * p.width + j) * p.channels + c)];
            weights += a;
          }
        out.push_back(static_cast<std::uint8_t>(std::lround(sum / weights)));
      }
  return out;
}

TEST_CASE("a picture of the right size keeps its pixels, as planes", "[data][image]") {
  const Picture color{2, 1, 3, {1, 2, 3, 4, 5, 6}};
  CHECK(resized(color, {3, 1, 2}) == Bytes{1, 4, 2, 5, 3, 6});
  CHECK(resized(grey(2, 2, {9, 8, 7, 6}), {1, 2, 2}) == Bytes{9, 8, 7, 6});
}

TEST_CASE("grey becomes three equal channels, and colour becomes luma", "[data][image]") {
  CHECK(resized(grey(2, 1, {10, 200}), {3, 1, 2}) == Bytes{10, 200, 10, 200, 10, 200});
  const Picture color{4, 1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
  CHECK(resized(color, {1, 1, 4}) == Bytes{76, 150, 29, 255});
  CHECK_THROWS_WITH(resized(color, {2, 1, 4}), Catch::Contains("1 or 3 channels, not 2"));
}

TEST_CASE("a picture is enlarged by bilinear interpolation and reduced by triangles that cover every pixel",
          "[data][image]") {
  CHECK(resized(grey(2, 1, {0, 100}), {1, 1, 4}) == Bytes{0, 25, 75, 100});
  // Weights 1/8, 3/8, 3/8, 1/8 inside; at the edge the triangle is cut: (3 · 0 + 3 · 8 + 1 · 80) / 7.
  CHECK(resized(grey(6, 1, {0, 8, 80, 160, 240, 248}), {1, 1, 3}) == Bytes{15, 121, 232});
  CHECK(resized(grey(1, 1, {42}), {1, 3, 5}) == Bytes(15, 42));
  // Stripes of one pixel become the mean of their values.
  Bytes stripes(100 * 100);
  for (std::size_t i = 0; i < stripes.size(); ++i) stripes[i] = i % 2 == 0 ? 0 : 200;
  for (const std::uint8_t pixel : resized(grey(100, 100, stripes), {1, 10, 10}))
    CHECK(std::abs(pixel - 100) <= 4);
}

TEST_CASE("resizing follows its definition at any pair of sizes", "[data][image]") {
  for (const auto& [width, height, w, h] : std::vector<std::array<std::int64_t, 4>>{{1, 1, 1, 1},
                                                                                    {7, 5, 3, 2},
                                                                                    {5, 7, 8, 9},
                                                                                    {31, 2, 4, 6},
                                                                                    {13, 40, 28, 28},
                                                                                    {33, 1, 32, 32},
                                                                                    {64, 48, 32, 32}})
    for (const std::int64_t channels : {1, 3}) {
      CAPTURE(width, height, w, h, channels);
      Picture picture{width, height, channels, Bytes(static_cast<std::size_t>(width * height * channels))};
      for (std::size_t i = 0; i < picture.pixels.size(); ++i)
        picture.pixels[i] = static_cast<std::uint8_t>((i * 2654435761u) >> 13);
      const Bytes got = resized(picture, {channels, h, w}), want = resized_by_definition(picture, h, w);
      REQUIRE(got.size() == want.size());
      for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(std::abs(got[i] - want[i]) <= 1);  // float and double may round a half differently
    }
}

}  // namespace
}  // namespace norma
