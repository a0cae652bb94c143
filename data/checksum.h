// Checksums, to tell a whole file from a damaged one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace norma {

/// Lower-case hexadecimal, as sha256sum and md5sum print it. Throws if the file cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);
std::string md5_of_file(const std::filesystem::path& file);

/// The CRC-32 of gzip and zip. `so_far` is the result for the bytes before these, 0 at the beginning.
std::uint32_t crc32(std::uint32_t so_far, std::span<const std::uint8_t> bytes);
/// The same with Castagnoli's polynomial: the CRC-32C of iSCSI (RFC 3720) and of TensorFlow's records.
std::uint32_t crc32c(std::uint32_t so_far, std::span<const std::uint8_t> bytes);

}  // namespace norma
