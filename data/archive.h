// Reading compressed files and tar archives front to back without unpacking them to disk. The compression is
// recognised by the content: gzip, bzip2, xz, zstd or lz4, which libarchive undoes in this process. No other
// compression is read, because libarchive would start a program from $PATH for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace norma {

/// Reads a whole file, and decompresses it if one of the five compressed it. Throws if the file cannot be
/// read, is damaged or holds more than `most` bytes. Without that limit, a small compressed file could fill
/// all memory.
std::vector<std::uint8_t> read_decompressed(const std::filesystem::path& file, std::size_t most);

class TarReader {
 public:
  /// Throws, as all functions below do, if the file cannot be read, is damaged or is not a tar archive, or if
  /// it holds more than `most` bytes after decompression.
  TarReader(const std::filesystem::path& file, std::uint64_t most);
  ~TarReader();

  /// Moves to the next regular file; false at the end, when the whole archive has been checked.
  bool next();
  /// The current file's name, with its folders.
  const std::string& name() const { return name_; }
  std::int64_t size() const { return size_; }
  /// The current file's next bytes, exactly as many as `to` holds.
  void read(std::span<std::uint8_t> to);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::string name_;
  std::int64_t size_ = 0;
};

}  // namespace norma
