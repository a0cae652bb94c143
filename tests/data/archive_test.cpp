#include "data/archive.h"

#include <map>
#include <random>

#include "core/error.h"
#include "tests/data/temporary_folder.h"
#include "tests/data/write_archive.h"
#include "tests/support/catch.h"

namespace norma {
namespace {

using test::read_file;
using test::TarWriter;
using test::TemporaryFolder;
using test::text_thrown;
using test::write_file;

// Noise, which cannot be compressed: a flipped bit in the archive changes a byte of it.
std::string noise(std::size_t count) {
  std::mt19937 generator(1);
  std::string bytes(count, '\0');
  for (char& b : bytes) b = static_cast<char>(generator());
  return bytes;
}

std::map<std::string, std::string> read_all(const std::filesystem::path& file) {
  std::map<std::string, std::string> contents;
  TarReader tar(file, 100 << 20);
  while (tar.next()) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(tar.size()));
    tar.read(bytes);
    contents[tar.name()] = {bytes.begin(), bytes.end()};
  }
  return contents;
}

void write_example(const std::filesystem::path& file, int filter) {
  TarWriter tar(file, filter);
  tar.add_folder("./folder/");
  tar.add("./folder/noise", noise(300'000));
  tar.add("text", "hello");
  tar.add("empty", "");
}

TEST_CASE("an archive is read with every compression, recognised by its content", "[data]") {
  const auto filter = GENERATE(ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2,
                               ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4);
  const TemporaryFolder folder;
  write_example(folder / "a.tar.gz", filter);  // the name is wrong for most filters
  const auto contents = read_all(folder / "a.tar.gz");
  CHECK(contents.size() == 3);  // files only
  CHECK(contents.at("./folder/noise") == noise(300'000));
  CHECK(contents.at("text") == "hello");
  CHECK(contents.at("empty").empty());
}

// Puts a folder at the front of $PATH during its lifetime.
class PathWith {
 public:
  explicit PathWith(const std::filesystem::path& folder) {
    setenv("PATH", (folder.string() + ":" + before_).c_str(), 1);
  }
  ~PathWith() { setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_ = std::getenv("PATH");
};

// libarchive can undo these compressions, but only by starting the program of that name.
TEST_CASE("reading a file starts no program, whatever the file begins with", "[data]") {
  using std::string_literals::operator""s;
  const auto [program, magic] = GENERATE(table<std::string, std::string>({
      {"lrzip", "LRZI\0\6"s},
      {"lzop", "\x89LZO\0\r\n\x1a\n"s},
      {"grzip", "GRZipII\0\x02\x04:)"s},
  }));
  CAPTURE(program);
  const TemporaryFolder folder;
  const std::filesystem::path mark = folder / "mark";
  write_file(folder / program, "#!/bin/sh\ntouch '" + mark.string() + "'\ncat\n");
  std::filesystem::permissions(folder / program, std::filesystem::perms::owner_all);
  const PathWith path(folder.path());
  const std::string bytes = magic + noise(10'000);
  SECTION("an archive") {
    write_file(folder / "a.tar.gz", bytes);
    CHECK_THAT(
        text_thrown<Error>([&] { read_all(folder / "a.tar.gz"); }),
        Catch::Contains("a.tar.gz is not a tar archive") && Catch::Contains("gzip, bzip2, xz, zstd or lz4"));
  }
  SECTION("an archive inside gzip") {
    test::write_gzip(folder / "a.tar.gz", bytes);
    CHECK_THAT(text_thrown<Error>([&] { read_all(folder / "a.tar.gz"); }),
               Catch::Contains("a.tar.gz is not a tar archive"));
  }
  SECTION("a single file, which is read as it is") {
    write_file(folder / "a", bytes);
    const std::vector<std::uint8_t> read = read_decompressed(folder / "a", 1 << 20);
    CHECK(std::string(read.begin(), read.end()) == bytes);
  }
  CHECK_FALSE(std::filesystem::exists(mark));
}

TEST_CASE("files in an archive can be skipped", "[data]") {
  const TemporaryFolder folder;
  write_example(folder / "a.tar", ARCHIVE_FILTER_GZIP);
  TarReader tar(folder / "a.tar", 100 << 20);
  std::vector<std::string> names;
  while (tar.next()) names.push_back(tar.name());
  CHECK(names == std::vector<std::string>{"./folder/noise", "text", "empty"});
}

TEST_CASE("an archive cut off anywhere is an error", "[data]") {
  const auto filter = GENERATE(ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2,
                               ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4);
  const TemporaryFolder folder;
  write_example(folder / "a", filter);
  const std::string whole = read_file(folder / "a");
  // The padding at the end of an uncompressed tar may be missing, so the last cut is only for the others.
  const std::size_t last = filter == ARCHIVE_FILTER_NONE ? 200'000 : whole.size() - 1;
  for (const std::size_t size : {std::size_t{20}, std::size_t{1000}, std::size_t{200'000}, last}) {
    write_file(folder / "a", whole.substr(0, size));
    INFO("filter " << filter << ", " << size << " of " << whole.size() << " bytes");
    CHECK_THAT(text_thrown<Error>([&] { read_all(folder / "a"); }), Catch::Contains("download it again"));
  }
}

TEST_CASE("a flipped bit is an error under every compression that has a checksum", "[data]") {
  // The zstd program writes one, libarchive does not.
  const auto filter = GENERATE(ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ);
  const TemporaryFolder folder;
  write_example(folder / "a", filter);
  std::string bytes = read_file(folder / "a");
  bytes[bytes.size() / 2] ^= 1;
  write_file(folder / "a", bytes);
  INFO("filter " << filter);
  CHECK_THAT(text_thrown<Error>([&] { read_all(folder / "a"); }), Catch::Contains("is damaged"));
}

TEST_CASE("gzip whose end does not match its contents is an error", "[data]") {
  const TemporaryFolder folder;
  write_example(folder / "a", ARCHIVE_FILTER_GZIP);
  std::string bytes = read_file(folder / "a");
  SECTION("its CRC-32") { bytes[bytes.size() - 8] ^= 1; }
  SECTION("its size") { bytes[bytes.size() - 1] ^= 1; }
  SECTION("bytes behind it") { bytes += "more"; }
  write_file(folder / "a", bytes);
  CHECK_THAT(text_thrown<Error>([&] { read_all(folder / "a"); }), Catch::Contains("CRC-32 and size"));
}

TEST_CASE("a file that is not an archive is an error that names it", "[data]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.tar.gz";
  const auto text = [&] { return text_thrown<Error>([&] { read_all(file); }); };
  SECTION("missing") { CHECK_THAT(text(), Catch::Contains("a.tar.gz")); }
  SECTION("a folder") {
    std::filesystem::create_directory(file);
    CHECK_THAT(text(), Catch::Contains("a.tar.gz") && Catch::Contains("not a file"));
  }
  SECTION("empty") {
    write_file(file, "");
    CHECK_THAT(text(), Catch::Contains("a.tar.gz is empty"));
  }
  SECTION("a web page") {
    std::string page = "<!DOCTYPE html><html><body>Please log in</body></html>\n";
    write_file(file, page.append(5000, ' '));
    CHECK_THAT(text(), Catch::Contains("a.tar.gz is not a tar archive"));
  }
  SECTION("noise") {
    write_file(file, noise(100'000));
    CHECK_THAT(text(), Catch::Contains("a.tar.gz is not a tar archive"));
  }
  SECTION("gzip, but not of a tar archive") {
    write_file(file, std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00"
                                 "\x20\x30\x3a\x36\x06\x00\x00\x00",
                                 26));  // "hello\n"
    CHECK_THAT(text(), Catch::Contains("a.tar.gz is not a tar archive"));
  }
}

TEST_CASE("no more is decompressed than a set can have", "[data]") {
  const TemporaryFolder folder;
  test::write_gzip(folder / "a", std::string(10'000'000, '\0'));
  CHECK(std::filesystem::file_size(folder / "a") < 100'000);
  CHECK(read_decompressed(folder / "a", 10'000'000).size() == 10'000'000);
  CHECK_THAT(text_thrown<Error>([&] { read_decompressed(folder / "a", 9'999'999); }),
             Catch::Contains("it holds more than 9999999 bytes"));
  write_example(folder / "a.tar.gz", ARCHIVE_FILTER_GZIP);
  TarReader tar(folder / "a.tar.gz", 200'000);
  CHECK_THAT(text_thrown<Error>([&] {
               while (tar.next()) continue;
             }),
             Catch::Contains("it holds more than 200000 bytes"));
}

}  // namespace
}  // namespace norma
