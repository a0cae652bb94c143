// The rotation of load_images, which uses whole numbers, compared with sines and cosines of the library, and
// with Pillow's results for small images.
#include "kernels/augment/rotation.h"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/random.h"
#include "data/loader.h"
#include "kernels/augment/load_images.h"
#include "tests/support/catch.h"

namespace norma {
namespace {

constexpr double unit = 2 * std::numbers::pi / 4294967296.0;  // of an angle, in radians

std::uint32_t angle_of(double degrees) { return static_cast<std::uint32_t>(turns_from_degrees(degrees)); }

// Angles of every size and quadrant, with the ends of each eighth of a turn.
std::vector<std::uint32_t> angles() {
  std::vector<std::uint32_t> all;
  for (std::uint32_t eighth = 0; eighth < 8; ++eighth)
    for (const int nearby : {-1, 0, 1}) all.push_back((eighth << 29) + static_cast<std::uint32_t>(nearby));
  const RandomSequence random{.seed = 7};
  for (std::uint64_t i = 0; i < 500; ++i) all.push_back(random.word(i));
  return all;
}

// The definition: the position from which pixel (i, j) comes, before rounding.
struct Place {
  double row, column;
};
Place place(std::uint32_t angle, double i, double j, double h, double w) {
  const double c = std::cos(unit * angle), s = std::sin(unit * angle);
  const double down = i - (h - 1) / 2, right = j - (w - 1) / 2;
  return {(h - 1) / 2 + c * down + s * right, (w - 1) / 2 - s * down + c * right};
}

// Whether two pixels have the same distance, except for rounding.
bool is_tie(double at) { return std::abs(at - std::floor(at) - 0.5) < 1e-6; }

TEST_CASE("sine and cosine in whole numbers are correct to four units of 2^-30", "[load_images]") {
  for (const std::uint32_t angle : angles()) {
    CAPTURE(angle);
    const Rotation r(angle);
    CHECK(std::abs(static_cast<double>(r.cosine) - std::cos(unit * angle) * 0x1p30) <= 4);
    CHECK(std::abs(static_cast<double>(r.sine) - std::sin(unit * angle) * 0x1p30) <= 4);
  }
  CHECK(turns_from_degrees(180) == std::int64_t{1} << 31);
  CHECK(turns_from_degrees(-90) == -(std::int64_t{1} << 30));
}

TEST_CASE("a rotated pixel comes from the pixel nearest to the formula", "[load_images]") {
  std::int64_t compared = 0, ties = 0;
  for (const auto& [h, w] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {1, 9}, {2, 2}, {4, 5}, {7, 3}, {28, 28}, {31, 33}, {3, 64}})
    for (const std::uint32_t angle : angles()) {
      const Rotation rotation(angle);
      for (std::int64_t i = 0; i < h; ++i)
        for (std::int64_t j = 0; j < w; ++j) {
          const Place p = place(angle, static_cast<double>(i), static_cast<double>(j), static_cast<double>(h),
                                static_cast<double>(w));
          if (is_tie(p.row) || is_tie(p.column)) {
            ++ties;
            continue;
          }
          const auto row = std::llround(p.row), column = std::llround(p.column);
          const bool inside = row >= 0 && row < h && column >= 0 && column < w;
          const std::int64_t want = inside ? row * w + column : -1;
          if (rotation.source(i, j, h, w) != want) {  // one CHECK per pixel would be slow
            CAPTURE(h, w, angle, i, j, p.row, p.column);
            REQUIRE(rotation.source(i, j, h, w) == want);
          }
          ++compared;
        }
    }
  CHECK(compared > 1'000'000);
  CHECK(ties < compared / 50);
}

TEST_CASE("quarter turns of a square lose no pixel, and angle 0 changes nothing", "[load_images]") {
  for (const std::int64_t n : {1, 2, 5, 28})
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        CAPTURE(n, i, j);
        CHECK(Rotation(0).source(i, j, n, n) == i * n + j);
        CHECK(Rotation(angle_of(90)).source(i, j, n, n) == j * n + n - 1 - i);
        CHECK(Rotation(angle_of(180)).source(i, j, n, n) == (n - 1 - i) * n + n - 1 - j);
        CHECK(Rotation(angle_of(-180)).source(i, j, n, n) == (n - 1 - i) * n + n - 1 - j);
        CHECK(Rotation(angle_of(-90)).source(i, j, n, n) == (n - 1 - j) * n + i);
      }
}

// Image.fromarray(np.arange(1, 21, dtype=np.uint8).reshape(4, 5)).rotate(degrees) of Pillow 9.4, as called by
// torchvision: nearest pixel, same size, about the centre, 0 outside.
TEST_CASE("small images are rotated as by Pillow", "[load_images][golden]") {
  struct Golden {
    double degrees;
    std::vector<int> pixels;
  };
  const std::vector<Golden> all = {
      {30, {0, 3, 4, 10, 10, 2, 7, 8, 14, 15, 6, 7, 13, 14, 19, 11, 11, 17, 18, 0}},
      {45, {0, 3, 4, 10, 15, 2, 3, 8, 14, 20, 1, 7, 13, 18, 19, 6, 11, 17, 18, 0}},
      {90, {5, 10, 15, 20, 0, 4, 9, 14, 19, 0, 3, 8, 13, 18, 0, 2, 7, 12, 17, 0}},
      {-100, {0, 17, 12, 6, 1, 0, 18, 13, 7, 2, 19, 14, 8, 3, 0, 20, 15, 9, 4, 0}},
  };
  for (const Golden& golden : all) {
    CAPTURE(golden.degrees);
    std::vector<int> got;
    for (std::int64_t i = 0; i < 4; ++i)
      for (std::int64_t j = 0; j < 5; ++j)
        got.push_back(1 + static_cast<int>(Rotation(angle_of(golden.degrees)).source(i, j, 4, 5)));
    CHECK(got == golden.pixels);
  }
}

TEST_CASE("angles are drawn evenly from the whole range", "[load_images]") {
  for (const double degrees : {0.0, 1e-6, 15.0, 180.0}) {
    CAPTURE(degrees);
    const std::int64_t range = turns_from_degrees(degrees);
    std::array<int, 4> quarters{};
    for (std::int64_t image = 0; image < 4000; ++image) {
      const ImageMove move({1, 2, stream::augmentation}, image, true, 4, range);
      const std::int64_t angle = static_cast<std::int32_t>(move.angle);
      CHECK(angle >= -range);
      CHECK((angle < range || range == 0));
      if (range > 0) ++quarters[static_cast<std::size_t>((angle + range) * 2 / range)];
    }
    if (degrees >= 15)
      for (const int count : quarters) CHECK(std::abs(count - 1000) < 120);
  }
}

// Image by image, step by step: rotate, then crop, then flip.
TEST_CASE("a batch is rotated, then cropped, then flipped", "[load_images][loader]") {
  constexpr std::int64_t n = 40, h = 9, w = 12, pad = 2;
  Dataset data{Tensor::empty({n, 1, h, w}, DType::uint8), Tensor::zeros({n}, DType::int64)};
  for (std::int64_t i = 0; i < data.images.numel(); ++i)
    data.images.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(1 + i * 37 % 251);
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < n; ++i) all.push_back(i);
  const std::vector<float> got =
      load_batch(data, all, {{0}, {1}}, {.flip = true, .crop = pad, .rotate = 60}, 5, 3).x.to_vector<float>();

  std::vector<float> want;
  for (std::int64_t image = 0; image < n; ++image) {
    const ImageMove move({5, 3, stream::augmentation}, image, true, pad, turns_from_degrees(60));
    std::array<std::array<int, w>, h> turned{};
    std::array<std::array<int, w + 2 * pad>, h + 2 * pad> padded{};
    for (std::int64_t i = 0; i < h; ++i)
      for (std::int64_t j = 0; j < w; ++j) {
        const Place p = place(move.angle, static_cast<double>(i), static_cast<double>(j), h, w);
        REQUIRE_FALSE((is_tie(p.row) || is_tie(p.column)));
        const auto row = std::llround(p.row), column = std::llround(p.column);
        if (row >= 0 && row < h && column >= 0 && column < w)
          turned[i][j] = data.images.data<std::uint8_t>()[(image * h + row) * w + column];
        padded[i + pad][j + pad] = turned[i][j];
      }
    for (std::int64_t i = 0; i < h; ++i)
      for (std::int64_t j = 0; j < w; ++j) {
        const std::int64_t from = move.mirror ? w - 1 - j : j;
        want.push_back(static_cast<float>(padded[pad + move.top + i][pad + move.left + from] / 255.0));
      }
  }
  CHECK(got == want);
  CHECK_THROWS_WITH(load_batch(data, all, {{0}, {1}}, {.rotate = 181}), Catch::Contains("0 to 180 degrees"));
  CHECK_THROWS_WITH(load_batch(data, all, {{0}, {1}}, {.rotate = -1}), Catch::Contains("not by -1"));
}

}  // namespace
}  // namespace norma
