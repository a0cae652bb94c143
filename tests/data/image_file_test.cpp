#include "data/image_file.h"

#include "tests/support/catch.h"

#include "core/error.h"
#include "data/checksum.h"
#include "tests/data/temporary_folder.h"
#include "tests/data/write_image.h"

namespace norma {
namespace {

using Catch::Contains;
using test::plain;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using test::write_jpeg;
using test::write_png;
using Bytes = std::vector<std::uint8_t>;

std::string error_of(const std::filesystem::path& file) {
  return test::text_thrown<Error>([&] { read_picture(file); });
}

// The beginning of a PNG file with a picture of this size, without the pixels.
std::string png_head(std::uint32_t width, std::uint32_t height) {
  std::string ihdr = "IHDR";
  for (const std::uint32_t size : {width, height})
    for (int shift = 24; shift >= 0; shift -= 8) ihdr += static_cast<char>(size >> shift);
  ihdr += std::string("\x08\x02\0\0\0", 5);
  const std::uint32_t crc = crc32(0, {reinterpret_cast<const std::uint8_t*>(ihdr.data()), ihdr.size()});
  std::string bytes("\x89PNG\r\n\x1a\n\0\0\0\x0d", 12);
  bytes += ihdr;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(crc >> shift);
  return bytes + std::string("\0\0\xFF\xFFIDAT", 8);
}

TEST_CASE("a PNG file of any kind is read with its exact pixels", "[data][image]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.png";
  SECTION("colour") {
    const Bytes pixels = {1, 2, 3, 40, 50, 60, 255, 0, 128, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    write_png(file, 3, 2, PNG_FORMAT_RGB, pixels);
    const Picture picture = read_picture(file);
    CHECK(picture.width == 3);
    CHECK(picture.height == 2);
    CHECK(picture.channels == 3);
    CHECK(picture.pixels == pixels);
  }
  SECTION("grey") {
    write_png(file, 2, 3, PNG_FORMAT_GRAY, {0, 1, 100, 200, 254, 255});
    CHECK(read_picture(file).channels == 1);
    CHECK(read_picture(file).pixels == Bytes{0, 1, 100, 200, 254, 255});
  }
  SECTION("colour with transparency, over black") {
    write_png(file, 3, 1, PNG_FORMAT_RGBA, {200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 128});
    CHECK(read_picture(file).pixels == Bytes{200, 100, 50, 0, 0, 0, 100, 50, 25});
  }
  SECTION("grey with transparency, over black") {
    write_png(file, 3, 1, PNG_FORMAT_GA, {200, 255, 200, 0, 200, 51});
    CHECK(read_picture(file).channels == 1);
    CHECK(read_picture(file).pixels == Bytes{200, 0, 40});
  }
  SECTION("under another name") {
    write_png(folder / "b.jpg", 1, 1, PNG_FORMAT_RGB, {1, 2, 3});
    CHECK(read_picture(folder / "b.jpg").pixels == Bytes{1, 2, 3});
  }
}

TEST_CASE("a JPEG file is read in grey or in colour", "[data][image]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.jpg";
  const bool progressive = GENERATE(false, true);
  SECTION("colour") {
    write_jpeg(file, 17, 9, 3, plain(17, 9, {200, 30, 60}), progressive);
    const Picture picture = read_picture(file);
    CHECK(picture.width == 17);
    CHECK(picture.height == 9);
    REQUIRE(picture.pixels.size() == 17 * 9 * 3);
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
      CHECK(std::abs(picture.pixels[i] - Bytes{200, 30, 60}[i % 3]) <= 3);
  }
  SECTION("grey") {
    write_jpeg(file, 8, 5, 1, plain(8, 5, {77}), progressive);
    CHECK(read_picture(file).channels == 1);
    CHECK(read_picture(file).pixels == Bytes(40, 77));
  }
}

TEST_CASE("a file that is not an image, or not a complete one, is an error that names it", "[data][image]") {
  const TemporaryFolder folder;
  const auto png = folder / "a ä.png", jpeg = folder / "b.jpg";
  Bytes noise(3 * 64 * 64);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::uint8_t>(i * i * 31 >> 3);
  write_png(png, 64, 64, PNG_FORMAT_RGB, noise);
  write_jpeg(jpeg, 64, 64, 3, noise);
  SECTION("cut off anywhere") {
    for (const auto& file : {png, jpeg}) {
      const std::string whole = read_file(file);
      for (const std::size_t size : {std::size_t{9}, std::size_t{30}, whole.size() / 2, whole.size() - 20}) {
        CAPTURE(file, size);
        write_file(file, whole.substr(0, size));
        CHECK_THAT(error_of(file), Contains(file.string()) && Contains("cannot be read"));
      }
    }
  }
  SECTION("too short for either") {
    for (const std::string bytes : {"", "x", "\xFF\xD8", "\x89PNG"}) {
      write_file(png, bytes);
      CHECK_THAT(error_of(png), Contains(png.string() + " is not an image"));
    }
  }
  SECTION("a flipped bit in a PNG file") {
    std::string bytes = read_file(png);
    bytes[bytes.size() / 2] ^= 4;
    write_file(png, bytes);
    CHECK_THAT(error_of(png), Contains(png.string()) && Contains("cannot be read"));
  }
  SECTION("a text") {
    write_file(jpeg, "<!DOCTYPE html><html><body>not found</body></html>");
    CHECK_THAT(error_of(jpeg), Contains("b.jpg is not an image: its content is neither PNG nor JPEG"));
  }
  SECTION("the colours of print") {
    write_jpeg(jpeg, 4, 4, 4, plain(4, 4, {1, 2, 3, 4}));
    CHECK_THAT(error_of(jpeg), Contains("b.jpg") && Contains("CMYK"));
  }
  SECTION("missing") { CHECK_THAT(error_of(folder / "none.png"), Contains("none.png: No such file")); }
  SECTION("a folder") { CHECK_THAT(error_of(folder.path()), Contains(folder.path().string())); }
}

TEST_CASE("a picture that is too large is refused before memory is allocated for it", "[data][image]") {
  const TemporaryFolder folder;
  const auto file = folder / "bomb.png";
  const auto [width, height] = GENERATE(table<std::uint32_t, std::uint32_t>(
      {{20'001, 1}, {1, 20'001}, {20'000, 20'000}, {10'001, 10'000}, {999'999, 999'999}}));
  write_file(file, png_head(width, height));
  CHECK_THAT(error_of(file),
             Contains(fmt::format("it has {} × {} pixels", width, height)) && Contains("20000 per side"));
  SECTION("and so is a JPEG file") {
    write_jpeg(folder / "a.jpg", 1, 1, 3, {1, 2, 3});
    std::string bytes = read_file(folder / "a.jpg");
    const std::size_t frame = bytes.find("\xFF\xC0");
    REQUIRE(frame != std::string::npos);
    bytes.replace(frame + 5, 4, "\xEA\x60\xEA\x60");
    write_file(folder / "a.jpg", bytes);
    CHECK_THAT(error_of(folder / "a.jpg"), Contains("it has 60000 × 60000 pixels"));
  }
}

TEST_CASE("a picture of the largest side is read", "[data][image]") {
  const TemporaryFolder folder;
  write_png(folder / "a.png", 20'000, 1, PNG_FORMAT_GRAY, plain(20'000, 1, {9}));
  CHECK(read_picture(folder / "a.png").pixels == Bytes(20'000, 9));
}

TEST_CASE("a file too short for its pixels is refused before memory is allocated for them", "[data][image]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.png";
  SECTION("PNG") {
    write_file(file, png_head(9'999, 9'999));
    CHECK_THAT(error_of(file), Contains("which cannot hold 9999 × 9999 pixels"));
    write_png(file, 4'000, 4'000, PNG_FORMAT_GRAY, plain(4'000, 4'000, {0}));  // as small as it gets
    CHECK(read_picture(file).pixels.size() == 16'000'000);
  }
  SECTION("JPEG") {
    write_jpeg(folder / "a.jpg", 1, 1, 3, {1, 2, 3});
    std::string bytes = read_file(folder / "a.jpg");
    bytes.replace(bytes.find("\xFF\xC0") + 5, 4, "\x27\x0F\x27\x0F");
    write_file(folder / "a.jpg", bytes);
    CHECK_THAT(error_of(folder / "a.jpg"), Contains("which cannot hold 9999 × 9999 pixels"));
    for (const bool progressive : {false, true}) {
      write_jpeg(folder / "a.jpg", 4'000, 4'000, 1, plain(4'000, 4'000, {0}), progressive);
      CHECK(read_picture(folder / "a.jpg").pixels.size() == 16'000'000);
    }
  }
}

}  // namespace
}  // namespace norma
