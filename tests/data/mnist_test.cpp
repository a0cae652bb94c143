// The files here have a few images each; they differ from the official files only in the number of images.
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

TEST_CASE("MNIST loads from each of its folders, with each spelling of the names", "[data][mnist]") {
  const TemporaryFolder folder;
  const std::string place = GENERATE("mnist", ".", "MNIST/raw");
  const Spelling spelling{GENERATE("-", "."), GENERATE("", ".gz")};
  CAPTURE(place, spelling.joint, spelling.ending);
  write_mnist(folder / place, spelling);
  REQUIRE(find_mnist(folder.path()).has_value());
  CHECK(fs::equivalent(*find_mnist(folder.path()), folder / place));
  check_contents(load_mnist(folder.path()));
}

TEST_CASE("of several copies of MNIST the first is used, and plain files are preferred to compressed ones",
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

TEST_CASE("a file loads even if its name is wrong about compression", "[data][mnist]") {
  const TemporaryFolder folder;
  write_mnist(folder.path());
  write_gzip(folder / "train-images-idx3-ubyte", image_file(7));
  fs::remove(folder / "t10k-labels-idx1-ubyte");
  write_file(folder / "t10k-labels-idx1-ubyte.gz", label_file(4));  // as some browsers leave it
  check_contents(load_mnist(folder.path()));
}

TEST_CASE("a folder without MNIST gives no data set", "[data][mnist]") {
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

TEST_CASE("a folder for MNIST that cannot be read is an error", "[data][mnist]") {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  CHECK_THROWS_WITH(find_mnist(folder / "file"), Contains("file is not a folder"));
  fs::create_symlink("mnist", folder / "mnist");
  CHECK_THROWS_WITH(find_mnist(folder.path()), Contains("cannot look at"));
  if (geteuid() == 0) return;  // root may read it
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
  // Replaces some bytes of the file.
  const auto error = [&](const fs::path& file, std::size_t at, const std::string& bytes) {
    std::string contents = read_file(file);
    contents.replace(at, bytes.size(), bytes);
    write_file(file, contents);
    const std::string text = load_error(folder.path());
    CHECK_THAT(text, Contains(file.string()) && Contains("official files"));
    return text;
  };
  // Changes the length of the file.
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
    CHECK_THAT(error(images, 4, word(0xFFFFFFFF)), Contains("5488 bytes after its header instead of"));
  }
  SECTION("a count of 0") { CHECK_THAT(error(labels, 4, word(0)), Contains("counts 0 items")); }
  SECTION("a label out of range") {
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
             Contains("t10k-images-idx3-ubyte.gz holds 984 bytes after its header instead of 3136"));
}

// Fashion-MNIST: the same files in other folders, distinguished from MNIST by mean and deviation of the
// pixels.

// Images of which `light` pixels have the value `level` and the others are black.
struct Look {
  std::size_t light;
  char level;
  char label;  // of all images; identifies the loaded set
};
const Look mnist_look = {120, '\xDA', 5};          // 0.1309, 0.3078
const Look fashion_mnist_look = {311, '\xB8', 9};  // 0.2862, 0.3530

struct Looks {
  Look train, test;
};
const Looks as_mnist = {mnist_look, mnist_look}, as_fashion = {fashion_mnist_look, fashion_mnist_look};

// `count` images to train and `count` to test.
void write_set(const fs::path& folder, const Looks& looks, bool compressed = false,
               std::uint32_t count = 1000) {
  fs::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& bytes) {
    compressed ? write_gzip(folder / (name + ".gz"), bytes) : write_file(folder / name, bytes);
  };
  for (const std::string part : {"train", "t10k"}) {
    const Look& look = part == "train" ? looks.train : looks.test;
    std::string images = word(0x803) + word(count) + word(28) + word(28);
    for (std::uint32_t i = 0; i < count; ++i)
      images += std::string(look.light, look.level) + std::string(pixels - look.light, '\0');
    write(part + "-images-idx3-ubyte", images);
    write(part + "-labels-idx1-ubyte", word(0x801) + word(count) + std::string(count, look.label));
  }
}

TEST_CASE("Fashion-MNIST loads from each of its folders", "[data][mnist]") {
  const TemporaryFolder folder;
  const std::string place = GENERATE("fashion-mnist", "FashionMNIST/raw", ".");
  const bool compressed = GENERATE(false, true);
  CAPTURE(place, compressed);
  write_set(folder / place, as_fashion, compressed);
  REQUIRE(find_fashion_mnist(folder.path()).has_value());
  CHECK(fs::equivalent(*find_fashion_mnist(folder.path()), folder / place));
  const DataSplit data = load_fashion_mnist(folder.path());
  CHECK(data.name == "fashion-mnist");
  CHECK(data.classes.size() == 10);
  CHECK(data.classes.front() == "T-shirt/top");
  CHECK(data.classes.back() == "Ankle boot");
  CHECK(data.train.images.shape() == Shape{1000, 1, 28, 28});
  CHECK(data.test.labels.data<std::int64_t>()[0] == 9);
}

TEST_CASE("MNIST and Fashion-MNIST in one folder are both found", "[data][mnist]") {
  const TemporaryFolder folder;
  const auto first_label = [](const DataSplit& data) { return data.train.labels.data<std::int64_t>()[0]; };
  SECTION("in folders of their own names") {
    write_set(folder / "mnist", as_mnist);
    write_set(folder / "fashion-mnist", as_fashion);
  }
  SECTION("where torchvision puts them") {
    write_set(folder / "MNIST/raw", as_mnist);
    write_set(folder / "FashionMNIST/raw", as_fashion, true);
  }
  SECTION("one of them in the folder itself") {
    const bool fashion = GENERATE(false, true);
    write_set(folder.path(), fashion ? as_fashion : as_mnist);
    fashion ? write_set(folder / "MNIST/raw", as_mnist) : write_set(folder / "FashionMNIST/raw", as_fashion);
  }
  CHECK(first_label(load_mnist(folder.path())) == 5);
  CHECK(first_label(load_fashion_mnist(folder.path())) == 9);
}

TEST_CASE("MNIST is not loaded as Fashion-MNIST, nor Fashion-MNIST as MNIST", "[data][mnist]") {
  const TemporaryFolder folder;
  write_set(folder / "mnist", as_mnist);
  CHECK(find_fashion_mnist(folder.path()) == std::nullopt);
  fs::rename(folder / "mnist", folder / "fashion-mnist");
  CHECK(find_mnist(folder.path()) == std::nullopt);
  CHECK_THAT(load_error(folder.path()), Contains("there is no MNIST in"));
  CHECK_THAT(
      text_thrown<Error>([&] { load_fashion_mnist(folder / "none"); }),
      Contains("there is no Fashion-MNIST in") && Contains("expected fashion-mnist/train-images-idx3-ubyte"));
}

TEST_CASE("the files of the other set are recognised by their pixels and refused", "[data][mnist]") {
  const TemporaryFolder folder;
  const bool compressed = GENERATE(false, true);
  const auto fashion_error = [&] { return text_thrown<Error>([&] { load_fashion_mnist(folder.path()); }); };
  SECTION("in the folder itself") {
    write_set(folder.path(), as_fashion, compressed);
    CHECK_THAT(load_error(folder.path()), Contains("train-images-idx3-ubyte") &&
                                              Contains("holds the images of Fashion-MNIST, not of MNIST") &&
                                              Contains("to a folder fashion-mnist"));
    write_set(folder.path(), as_mnist, compressed);
    CHECK_THAT(fashion_error(), Contains("holds the images of MNIST, not of Fashion-MNIST"));
  }
  SECTION("in a folder of the wrong name") {
    write_set(folder / "fashion-mnist", as_mnist, compressed);
    CHECK_THAT(fashion_error(), Contains("holds the images of MNIST, not of Fashion-MNIST"));
  }
  SECTION("the test set alone") {
    write_set(folder / "mnist", {mnist_look, fashion_mnist_look}, compressed);
    CHECK_THAT(load_error(folder.path()),
               Contains("t10k-images-idx3-ubyte") && Contains("of Fashion-MNIST, not of"));
  }
  SECTION("but not from a few images, whose mean says little") {
    write_set(folder.path(), as_fashion, compressed, 999);
    CHECK(load_mnist(folder.path()).train.labels.numel() == 999);
  }
}

TEST_CASE("a label of Fashion-MNIST out of range, and a file cut short, are errors", "[data][mnist]") {
  const TemporaryFolder folder;
  const auto error = [&] { return text_thrown<Error>([&] { load_fashion_mnist(folder.path()); }); };
  write_set(folder / "fashion-mnist", as_fashion, false, 12);
  SECTION("a label") {
    write_file(folder / "fashion-mnist/t10k-labels-idx1-ubyte",
               word(0x801) + word(12) + std::string(9, '\1') + "\x0A\1\1");
    CHECK_THAT(error(), Contains("t10k-labels-idx1-ubyte: label 9 (counted from 0) is 10"));
  }
  SECTION("a cut") {
    fs::resize_file(folder / "fashion-mnist/train-images-idx3-ubyte", 5000);
    CHECK_THAT(error(), Contains("holds 4984 bytes after its header instead of 9408"));
  }
}

TEST_CASE("a small file that stands for many bytes is refused", "[data][mnist]") {
  const TemporaryFolder folder;
  write_mnist(folder.path(), {"-", ".gz"});
  const std::string most = std::to_string(16 + 10'000 * pixels);
  SECTION("of zeros") {
    write_gzip(folder / "t10k-images-idx3-ubyte.gz", std::string(16 + 10'000 * pixels + 1, '\0'));
    CHECK_THAT(load_error(folder.path()), Contains("t10k-images") && Contains("holds more than " + most));
  }
  SECTION("of more images than the set has") {
    write_gzip(folder / "t10k-images-idx3-ubyte.gz",
               word(0x803) + word(10'001) + word(28) + word(28) + std::string(10'001 * pixels, '\0'));
    CHECK_THAT(load_error(folder.path()), Contains("t10k-images") && Contains("holds more than " + most));
  }
  SECTION("not compressed") {
    fs::remove(folder / "t10k-labels-idx1-ubyte.gz");
    write_file(folder / "t10k-labels-idx1-ubyte", "");
    fs::resize_file(folder / "t10k-labels-idx1-ubyte", std::uintmax_t{1} << 40);  // all hole
    CHECK_THAT(load_error(folder.path()), Contains("t10k-labels") && Contains("holds more than 10008 bytes"));
  }
}

}  // namespace
}  // namespace norma
