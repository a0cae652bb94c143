#include "data/checksum.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "core/error.h"

namespace norma {
namespace {

std::string digest_of_file(const std::filesystem::path& file, const EVP_MD* algorithm) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), algorithm, nullptr) != 1)
    fail("OpenSSL offers no {} on this system", EVP_MD_get0_name(algorithm));
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("cannot open {}: {}", file.string(), std::strerror(errno));
  std::vector<char> chunk(std::size_t{1} << 20);
  while (stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || stream.gcount() > 0)
    EVP_DigestUpdate(context.get(), chunk.data(), static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) fail("cannot read {}: {}", file.string(), std::strerror(errno));

  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

// tables[k][b]: the effect on the remainder of byte b that stands k bytes before the end of a group of eight.
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

// The bits of the polynomial are in reverse order: the lowest bit belongs to x³¹.
constexpr CrcTables make_crc_tables(std::uint32_t polynomial) {
  CrcTables tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t r = b;
    for (int bit = 0; bit < 8; ++bit) r = (r >> 1) ^ ((r & 1) ? polynomial : 0);
    tables[0][b] = r;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t b = 0; b < 256; ++b)
      tables[k][b] = (tables[k - 1][b] >> 8) ^ tables[0][tables[k - 1][b] & 0xFF];
  return tables;
}

constexpr CrcTables gzip_tables = make_crc_tables(0xEDB88320u);
constexpr CrcTables castagnoli_tables = make_crc_tables(0x82F63B78u);

std::uint32_t crc(const CrcTables& t, std::uint32_t so_far, std::span<const std::uint8_t> bytes) {
  std::uint32_t r = ~so_far;
  std::size_t i = 0;
  // Eight bytes at once: their look-ups do not depend on one another, which is about five times as fast.
  for (; i + 8 <= bytes.size(); i += 8) {
    const std::uint8_t* b = &bytes[i];
    r = t[7][b[0] ^ (r & 0xFF)] ^ t[6][b[1] ^ (r >> 8 & 0xFF)] ^ t[5][b[2] ^ (r >> 16 & 0xFF)] ^
        t[4][b[3] ^ (r >> 24)] ^ t[3][b[4]] ^ t[2][b[5]] ^ t[1][b[6]] ^ t[0][b[7]];
  }
  for (; i < bytes.size(); ++i) r = (r >> 8) ^ t[0][(r ^ bytes[i]) & 0xFF];
  return ~r;
}

}  // namespace

std::string sha256_of_file(const std::filesystem::path& file) { return digest_of_file(file, EVP_sha256()); }

std::string md5_of_file(const std::filesystem::path& file) { return digest_of_file(file, EVP_md5()); }

std::uint32_t crc32(std::uint32_t so_far, std::span<const std::uint8_t> bytes) {
  return crc(gzip_tables, so_far, bytes);
}

std::uint32_t crc32c(std::uint32_t so_far, std::span<const std::uint8_t> bytes) {
  return crc(castagnoli_tables, so_far, bytes);
}

}  // namespace norma
