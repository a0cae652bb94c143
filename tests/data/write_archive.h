// Writes tar archives and gzip files for tests, through libarchive.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace norma::test {

class TarWriter {
 public:
  /// `filter` is one of libarchive's: ARCHIVE_FILTER_GZIP, … or ARCHIVE_FILTER_NONE.
  explicit TarWriter(const std::filesystem::path& file, int filter = ARCHIVE_FILTER_GZIP) {
    archive_write_add_filter(archive_, filter);
    archive_write_set_format_pax_restricted(archive_);
    // Level 1 is fast; a filter without levels ignores it.
    archive_write_set_filter_option(archive_, nullptr, "compression-level", "1");
    if (archive_write_open_filename(archive_, file.c_str()) != ARCHIVE_OK)
      throw std::runtime_error(archive_error_string(archive_));
  }
  ~TarWriter() { archive_write_free(archive_); }  // also closes it
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  void add(const std::string& name, const std::string& bytes) {
    begin(name, AE_IFREG, static_cast<la_int64_t>(bytes.size()));
    if (archive_write_data(archive_, bytes.data(), bytes.size()) != static_cast<la_ssize_t>(bytes.size()))
      throw std::runtime_error(archive_error_string(archive_));
  }
  void add_folder(const std::string& name) { begin(name, AE_IFDIR, 0); }

 private:
  void begin(const std::string& name, unsigned type, la_int64_t size) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0755);
    archive_entry_set_size(entry, size);
    const int status = archive_write_header(archive_, entry);
    archive_entry_free(entry);
    if (status != ARCHIVE_OK) throw std::runtime_error(archive_error_string(archive_));
  }

  archive* archive_ = archive_write_new();
};

/// Writes a file as gzip does.
inline void write_gzip(const std::filesystem::path& file, const std::string& bytes) {
  archive* out = archive_write_new();
  archive_entry* entry = archive_entry_new();
  archive_write_add_filter_gzip(out);
  archive_write_set_format_raw(out);
  archive_entry_set_filetype(entry, AE_IFREG);
  const bool written =
      archive_write_open_filename(out, file.c_str()) == ARCHIVE_OK &&
      archive_write_header(out, entry) == ARCHIVE_OK &&
      archive_write_data(out, bytes.data(), bytes.size()) == static_cast<la_ssize_t>(bytes.size());
  archive_entry_free(entry);
  if (archive_write_free(out) != ARCHIVE_OK || !written)
    throw std::runtime_error("cannot write " + file.string());
}

}  // namespace norma::test
