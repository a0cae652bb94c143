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

/// A whole file, decompressed where it is compressed by one of the five. Throws where it cannot be read or is
/// damaged.
std::vector<std::uint8_t> read_decompressed(const std::filesystem::path& file);

class TarReader {
 public:
  /// Throws, as all functions below, where the file cannot be read or is damaged or not a tar archive.
  explicit TarReader(const std::filesystem::path& file);
  ~TarReader();

  /// Goes on to the next regular file; false at the end, where the whole archive has been checked.
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
