// Files of a few images, which differ from the official ones in their count alone.
#include "data/mnist.h"

#include <unistd.h>

#include "core/error.h"
#include "tests/data/temporary_folder.h"
#include "tests/data/write_archive.h"
#include "tests/support/catch.h"

namespace norma {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using test::read_file;
using test::TemporaryFolder;
using test::text_thrown;
using test::write_file;
using test::write_gzip;

constexpr std::size_t pixels = 28 * 28;

std::string word(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// Image i begins with pixel 10·i and ends with pixel 10·i + 1; the rest is 200.
std::string image_file(std::uint32_t count) {
  std::string bytes = word(0x803) + word(count) + word(28) + word(28);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string image(pixels, '\xC8');
    image.front() = static_cast<char>(10 * i), image.back() = static_cast<char>(10 * i + 1);
    bytes += image;
  }
  return bytes;
}

// Label i is 9 − i.
std::string label_file(std::uint32_t count) {
  std::string bytes = word(0x801) + word(count);
  for (std::uint32_t i = 0; i < count; ++i) bytes += static_cast<char>(9 - i);
  return bytes;
}

struct Spelling {
  std::string joint = "-", ending;
};

// 7 images to train, 4 to test.
void write_mnist(const fs::path& folder, const Spelling& spelling = {}) {
  fs::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& idx, const std::string& bytes) {
    const fs::path file = folder / (name + spelling.joint + idx + "-ubyte" + spelling.ending);
    spelling.ending == ".gz" ? write_gzip(file, bytes) : write_file(file, bytes);
  };
  write("train-images", "idx3", image_file(7));
  write("train-labels", "idx1", label_file(7));
  write("t10k-images", "idx3", image_file(4));
  write("t10k-labels", "idx1", label_file(4));
}

void check_part(const Dataset& set, std::int64_t count) {
  REQUIRE(set.images.shape() == Shape{count, 1, 28, 28});
  REQUIRE(set.labels.shape() == Shape{count});
  const std::vector<std::int64_t> image = set.images.to_vector<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::size_t first = static_cast<std::size_t>(i) * pixels;
    CHECK(image[first] == 10 * i);
    CHECK(image[first + 1] == 200);
    CHECK(image[first + pixels - 1] == 10 * i + 1);
    CHECK(set.labels.data<std::int64_t>()[i] == 9 - i);
  }
}

void check_contents(const DataSplit& data) {
  CHECK(data.name == "mnist");
  CHECK(data.classes == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  check_part(data.train, 7);
  check_part(data.test, 4);
}

std::string load_error(const fs::path& folder) {
  return text_thrown<Error>([&] { load_mnist(folder); });
}

TEST_CASE("MNIST loads from each of its places, in each spelling", "[data][mnist]") {
  const TemporaryFolder folder;
  const std::string place = GENERATE("mnist", ".", "MNIST/raw");
  const Spelling spelling{GENERATE("-", "."), GENERATE("", ".gz")};
  CAPTURE(place, spelling.joint, spelling.ending);
  write_mnist(folder / place, spelling);
  REQUIRE(find_mnist(folder.path()).has_value());
  CHECK(fs::equivalent(*find_mnist(folder.path()), folder / place));
  check_contents(load_mnist(folder.path()));
}

TEST_CASE("of several copies of MNIST the first is taken, and plain files before compressed ones",
          "[data][mnist]") {
  const TemporaryFolder folder;
  write_mnist(folder / "mnist");
  for (const char* other : {"", "MNIST/raw"}) {
    fs::create_directories(folder / other);
    write_file(folder / other / "train-images-idx3-ubyte", "another");
  }
  write_file(folder / "mnist/train-images-idx3-ubyte.gz", "another");
  CHECK(find_mnist(folder.path()) == folder / "mnist");
  check_contents(load_mnist(folder.path()));
}

TEST_CASE("a file that is compressed, or not, against its name loads all the same", "[data][mnist]") {
  const TemporaryFolder folder;
  write_mnist(folder.path());
  write_gzip(folder / "train-images-idx3-ubyte", image_file(7));
  fs::remove(folder / "t10k-labels-idx1-ubyte");
  write_file(folder / "t10k-labels-idx1-ubyte.gz", label_file(4));  // as some browsers leave it
  check_contents(load_mnist(folder.path()));
}

TEST_CASE("where there is no MNIST, none is found", "[data][mnist]") {
  const TemporaryFolder folder;
  CHECK(find_mnist(folder.path()) == std::nullopt);
  CHECK(find_mnist(folder / "none") == std::nullopt);
  fs::create_directory(folder / "mnist");
  write_file(folder / "mnist/train-images-idx3-ubyte.gz.part", "half a download");
  write_file(folder / "emnist-digits-train-images-idx3-ubyte", "another set");
  write_file(folder / "MNIST", "a file");
  CHECK(find_mnist(folder.path()) == std::nullopt);
  CHECK_THAT(load_error(folder.path()), Contains("there is no MNIST in " + folder.path().string()));
}

TEST_CASE("a folder for MNIST that cannot be looked into is an error", "[data][mnist]") {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  CHECK_THROWS_WITH(find_mnist(folder / "file"), Contains("file is not a folder"));
  fs::create_symlink("mnist", folder / "mnist");
  CHECK_THROWS_WITH(find_mnist(folder.path()), Contains("cannot look at"));
  if (geteuid() == 0) return;  // whom no permission stops
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked", fs::perms::none);
  CHECK_THROWS_WITH(find_mnist(folder / "locked"), Contains("locked") && Contains("Permission denied"));
  fs::permissions(folder / "locked", fs::perms::owner_all);
}

TEST_CASE("a file of MNIST that is missing is an error that names it", "[data][mnist]") {
  const TemporaryFolder folder;
  write_mnist(folder / "mnist", {".", ".gz"});
  for (const std::string name :
       {"train-images.idx3", "train-labels.idx1", "t10k-images.idx3", "t10k-labels.idx1"}) {
    const fs::path file = folder / "mnist" / (name + "-ubyte.gz"), aside = folder / "aside";
    fs::rename(file, aside);
    CHECK_THAT(load_error(folder.path()), Contains(name.substr(0, name.find('.'))) && Contains("holds no ") &&
                                              Contains((folder / "mnist").string()));
    fs::rename(aside, file);
  }
  check_contents(load_mnist(folder.path()));
}

TEST_CASE("a damaged file of MNIST is an error that names it and what is wrong", "[data][mnist]") {
  const TemporaryFolder folder;
  write_mnist(folder.path());
  const fs::path images = folder / "train-images-idx3-ubyte", labels = folder / "t10k-labels-idx1-ubyte";
  // The file with some of its bytes replaced.
  const auto error = [&](const fs::path& file, std::size_t at, const std::string& bytes) {
    std::string contents = read_file(file);
    contents.replace(at, bytes.size(), bytes);
    write_file(file, contents);
    const std::string text = load_error(folder.path());
    CHECK_THAT(text, Contains(file.string()) && Contains("official files"));
    return text;
  };
  // The file in another length.
  const auto resized = [&](const fs::path& file, std::uintmax_t bytes) {
    fs::resize_file(file, bytes);
    const std::string text = load_error(folder.path());
    CHECK_THAT(text, Contains(file.string()));
    return text;
  };
  SECTION("the magic of labels before images") {
    CHECK_THAT(error(images, 0, word(0x801)), Contains("0x00000801 instead of 0x00000803"));
  }
  SECTION("the magic of floats") {
    CHECK_THAT(error(images, 0, word(0xD03)), Contains("0x00000d03 instead of 0x00000803"));
  }
  SECTION("the magic of images before labels") {
    CHECK_THAT(error(labels, 0, word(0x803)), Contains("0x00000803 instead of 0x00000801"));
  }
  SECTION("little-endian") {
    CHECK_THAT(error(images, 0, std::string("\x03\x08\0\0", 4)), Contains("0x03080000 instead of"));
  }
  SECTION("rows") { CHECK_THAT(error(images, 8, word(32)), Contains("images of 32 rows instead of 28")); }
  SECTION("columns") {
    CHECK_THAT(error(images, 12, word(0)), Contains("images of 0 columns instead of 28"));
  }
  SECTION("a count too large by far") {
    CHECK_THAT(error(images, 4, word(0xFFFFFFFF)), Contains("5488 bytes behind its header instead of"));
  }
  SECTION("a count of none") { CHECK_THAT(error(labels, 4, word(0)), Contains("counts 0 items")); }
  SECTION("a label that is none") {
    CHECK_THAT(error(labels, 8 + 3, "\x0A"), Contains("label 3 ") && Contains("is 10"));
  }
  SECTION("one byte short") {
    CHECK_THAT(resized(images, 16 + 7 * pixels - 1), Contains("5487 bytes") && Contains("instead of 5488"));
  }
  SECTION("one byte too long") {
    CHECK_THAT(resized(labels, 8 + 5), Contains("5 bytes") && Contains("instead of 4"));
  }
  SECTION("a header cut short") {
    CHECK_THAT(resized(images, 15), Contains("15 bytes") && Contains("header of 16"));
  }
  SECTION("empty") { CHECK_THAT(resized(labels, 0), Contains("is empty")); }
  SECTION("more labels than images") {
    write_file(labels, label_file(5));
    CHECK_THAT(load_error(folder.path()), Contains("t10k-images-idx3-ubyte holds 4 images, but ") &&
                                              Contains("t10k-labels-idx1-ubyte holds 5 labels"));
  }
  SECTION("a folder") {
    fs::remove(images);
    fs::create_directory(images);
    CHECK_THAT(load_error(folder.path()), Contains(images.string()) && Contains("not a file"));
  }
  SECTION("a link to nowhere") {
    fs::remove(images);
    fs::create_symlink("nowhere", images);
    CHECK_THAT(load_error(folder.path()), Contains("holds no train-images-idx3-ubyte"));
  }
}

TEST_CASE("damaged gzip around a file of MNIST is an error that names it", "[data][mnist]") {
  const TemporaryFolder folder;
  write_mnist(folder.path(), {"-", ".gz"});
  const fs::path file = folder / "train-images-idx3-ubyte.gz";
  std::string bytes = read_file(file);
  SECTION("cut off") { bytes.resize(bytes.size() / 2); }
  SECTION("its last byte missing") { bytes.pop_back(); }
  SECTION("its CRC-32") { bytes[bytes.size() - 8] ^= 1; }
  SECTION("its size") { bytes[bytes.size() - 1] ^= 1; }
  SECTION("bytes behind it") { bytes += "more"; }
  write_file(file, bytes);
  CHECK_THAT(load_error(folder.path()), Contains(file.string()) && Contains("is damaged"));
}

TEST_CASE("gzip around fewer bytes than the header says is an error", "[data][mnist]") {
  const TemporaryFolder folder;
  write_mnist(folder.path(), {"-", ".gz"});
  write_gzip(folder / "t10k-images-idx3-ubyte.gz", image_file(4).substr(0, 1000));
  CHECK_THAT(load_error(folder.path()),
             Contains("t10k-images-idx3-ubyte.gz holds 984 bytes behind its header instead of 3136"));
}

}  // namespace
}  // namespace norma
