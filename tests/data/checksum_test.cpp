#include "data/checksum.h"

#include <numeric>

#include "core/error.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

namespace norma {
namespace {

using test::TemporaryFolder;
using test::write_file;

std::uint32_t crc32_of(const std::string& text, std::uint32_t so_far = 0) {
  return crc32(so_far, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST_CASE("checksums of files agree with the examples of the standards", "[data]") {
  const TemporaryFolder folder;
  write_file(folder / "abc", "abc");
  write_file(folder / "empty", "");
  CHECK(sha256_of_file(folder / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of_file(folder / "empty") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(md5_of_file(folder / "abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(md5_of_file(folder / "empty") == "d41d8cd98f00b204e9800998ecf8427e");
}

TEST_CASE("a checksum covers a file of several chunks to its end", "[data]") {
  const TemporaryFolder folder;
  write_file(folder / "a", std::string(1'000'000, 'a') + std::string(1'500'000, 'b') + "c");
  write_file(folder / "million", std::string(1'000'000, 'a'));  // an example of FIPS 180-2
  CHECK(sha256_of_file(folder / "million") ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  const std::string whole = sha256_of_file(folder / "a");
  std::filesystem::resize_file(folder / "a", 2'500'000);
  CHECK(sha256_of_file(folder / "a") != whole);
}

TEST_CASE("the checksum of an unreadable file is an error that names it", "[data]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(sha256_of_file(folder / "none"), Catch::Contains("none: No such file"));
  CHECK_THROWS_AS(sha256_of_file(folder.path()), Error);  // a folder can be opened, but not read
}

TEST_CASE("CRC-32 is the same as gzip's, in one piece or several", "[data]") {
  CHECK(crc32_of("") == 0);
  CHECK(crc32_of("123456789") == 0xCBF43926u);
  CHECK(crc32_of("The quick brown fox jumps over the lazy dog") == 0x414FA339u);
  CHECK(crc32_of(" fox jumps over the lazy dog", crc32_of("The quick brown")) == 0x414FA339u);
}

TEST_CASE("CRC-32C agrees with the examples of RFC 3720", "[data]") {
  const auto crc32c_of = [](const std::vector<std::uint8_t>& bytes) { return crc32c(0, bytes); };
  std::vector<std::uint8_t> rising(32);
  std::iota(rising.begin(), rising.end(), std::uint8_t{0});
  CHECK(crc32c_of(std::vector<std::uint8_t>(32, 0)) == 0x8A9136AAu);
  CHECK(crc32c_of(std::vector<std::uint8_t>(32, 0xFF)) == 0x62A8AB43u);
  CHECK(crc32c_of(rising) == 0x46DD794Eu);
  CHECK(crc32c_of({rising.rbegin(), rising.rend()}) == 0x113FDB5Cu);
  CHECK(crc32c_of({'1', '2', '3', '4', '5', '6', '7', '8', '9'}) == 0xE3069283u);
  CHECK(crc32c_of({}) == 0);
}

}  // namespace
}  // namespace norma
