// The file to which a download is written: <target>.part. Only one process at a time can use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace norma {

class PartFile {
 public:
  /// Opens the file that an earlier download left, or begins a new one.
  explicit PartFile(const std::filesystem::path& target);
  /// Keeps the bytes that have arrived; removes an empty file.
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::int64_t size() const { return size_; }
  /// "12 of 34 bytes are kept in …": the end of every message about a download that did not finish.
  std::string what_is_kept(std::int64_t of_bytes) const;
  void append(const char* bytes, std::size_t count);
  /// Drops the bytes that have arrived.
  void clear();
  /// Gives the file its final name once all of it is on disk.
  void publish();

 private:
  [[noreturn]] void fail_to_write(int error) const;

  std::filesystem::path target_;
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
};

}  // namespace norma
