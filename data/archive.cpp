// Two libarchive readers, one behind the other: the first undoes the compression, the second reads the tar
// format. Between them the bytes are counted and checked, because libarchive 3.6 decompresses gzip without
// checking the CRC at the end of the file: a flipped bit would reach the images.
#include "data/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <cstring>

#include <array>
#include <cerrno>
#include <fstream>

#include "core/error.h"
#include "data/checksum.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

// libarchive leaves some errors without a text, the cut-off gzip stream among them.
std::string reason(archive* a) {
  const char* text = archive_error_string(a);
  return text ? text : "the compressed data ends too early";
}

std::uint32_t little_endian(const unsigned char* b) {
  return b[0] | std::uint32_t{b[1]} << 8 | std::uint32_t{b[2]} << 16 | std::uint32_t{b[3]} << 24;
}

// A reader of the five compressions that libarchive can undo in this process. For any other, and for one of
// the five that it was built without, libarchive would start a program from $PATH. A data file must not
// choose a program, so such a compression is not recognised.
Archive new_decompressor() {
  Archive reader(archive_read_new(), archive_read_free);
  for (const auto support :
       {archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
        archive_read_support_filter_zstd, archive_read_support_filter_lz4}) {
    const Archive probe(archive_read_new(), archive_read_free);
    if (support(probe.get()) == ARCHIVE_OK) support(reader.get());  // ARCHIVE_WARN: needs a program
  }
  archive_read_support_format_raw(reader.get());
  return reader;
}

// A file's bytes, decompressed block by block, counted and checked.
class Decompressor {
 public:
  Decompressor(const fs::path& file, std::uint64_t most) : file_(file), most_(most) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::is_regular_file(status))
      fail("{} cannot be read: {}", file.string(), error ? error.message() : "it is not a file");
    if (fs::file_size(file, error) == 0) fail("{} is empty: remove it and download it again", file.string());
    if (!std::ifstream(file)) fail("cannot open {}: {}", file.string(), std::strerror(errno));
    archive_entry* entry = nullptr;
    if (archive_read_open_filename(bytes_.get(), file.c_str(), std::size_t{1} << 20) != ARCHIVE_OK ||
        archive_read_next_header(bytes_.get(), &entry) != ARCHIVE_OK)
      fail_damaged(reason(bytes_.get()));
  }

  /// The size of the next block in bytes: 0 at the end, negative if reading failed. why() gives the reason.
  la_ssize_t next(const void** block) {
    std::size_t count = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(bytes_.get(), block, &count, &offset);
    if (status == ARCHIVE_EOF) return 0;
    if (status != ARCHIVE_OK) return -1;
    crc_ = crc32(crc_, {static_cast<const std::uint8_t*>(*block), count});
    size_ += count;
    return is_too_long() ? -1 : static_cast<la_ssize_t>(count);
  }
  bool is_too_long() const { return size_ > most_; }
  std::string why() const {
    return is_too_long() ? fmt::format("it holds more than {} bytes", most_) : reason(bytes_.get());
  }

  /// Compares the bytes read with the last eight bytes of a gzip file: CRC-32 and size. A file of several
  /// gzip members is refused as damaged too, because libarchive does not show where a member ends. The gzip
  /// program writes one member.
  void check_end() const {
    if (archive_filter_code(bytes_.get(), 0) != ARCHIVE_FILTER_GZIP) return;
    std::array<unsigned char, 8> trailer{};
    std::ifstream stream(file_, std::ios::binary);
    stream.seekg(-8, std::ios::end);
    stream.read(reinterpret_cast<char*>(trailer.data()), trailer.size());
    if (!stream || little_endian(&trailer[0]) != crc_ ||
        little_endian(&trailer[4]) != static_cast<std::uint32_t>(size_))
      fail_damaged("its contents do not match the CRC-32 and size at its end");
  }

  [[noreturn]] void fail_damaged(const std::string& what) const {
    fail("{} is damaged ({}): remove it and download it again", file_.string(), what);
  }

 private:
  fs::path file_;
  Archive bytes_ = new_decompressor();
  std::uint64_t most_;
  std::uint32_t crc_ = 0;
  std::uint64_t size_ = 0;  // gzip counts modulo 2³²
};

}  // namespace

std::vector<std::uint8_t> read_decompressed(const fs::path& file, std::size_t most) {
  Decompressor bytes(file, most);
  std::vector<std::uint8_t> contents;
  const void* block = nullptr;
  la_ssize_t count = 0;
  while ((count = bytes.next(&block)) > 0) {
    const auto* begin = static_cast<const std::uint8_t*>(block);
    contents.insert(contents.end(), begin, begin + count);
  }
  if (count < 0) bytes.fail_damaged(bytes.why());
  bytes.check_end();
  return contents;
}

struct TarReader::Stream {
  Decompressor bytes;  // freed last: `tar` reads from it
  Archive tar{archive_read_new(), archive_read_free};

  // libarchive's read callback, which may not throw.
  static la_ssize_t read_block(archive* tar, void* self, const void** block) {
    auto& s = *static_cast<Stream*>(self);
    const la_ssize_t count = s.bytes.next(block);
    if (count < 0) archive_set_error(tar, EIO, "%s", s.bytes.why().c_str());
    return count;
  }

  // When it skips a file, libarchive replaces the reason from read_block by a reason of its own.
  std::string why() const { return bytes.is_too_long() ? bytes.why() : reason(tar.get()); }

  // Reads the bytes after the end of the tar format, so that the check covers the whole file.
  void check_end() {
    const void* block = nullptr;
    la_ssize_t count = 0;
    while ((count = bytes.next(&block)) > 0) continue;
    if (count < 0) bytes.fail_damaged(bytes.why());
    bytes.check_end();
  }
};

TarReader::TarReader(const fs::path& file, std::uint64_t most)
    : stream_(new Stream{Decompressor(file, most)}) {
  archive* tar = stream_->tar.get();
  archive_read_support_format_tar(tar);
  if (archive_read_open(tar, stream_.get(), nullptr, Stream::read_block, nullptr) != ARCHIVE_OK)
    fail(
        "{} is not a tar archive, plain or compressed by gzip, bzip2, xz, zstd or lz4 ({}): remove it and "
        "download it again",
        file.string(), reason(tar));
}

TarReader::~TarReader() = default;

bool TarReader::next() {
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(stream_->tar.get(), &entry);
    if (status == ARCHIVE_EOF) {
      stream_->check_end();
      return false;
    }
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) stream_->bytes.fail_damaged(stream_->why());
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    const char* name = archive_entry_pathname(entry);
    name_ = name ? name : "";
    size_ = archive_entry_size(entry);
    return true;
  }
}

void TarReader::read(std::span<std::uint8_t> to) {
  std::size_t done = 0;
  while (done < to.size()) {
    const la_ssize_t count = archive_read_data(stream_->tar.get(), to.data() + done, to.size() - done);
    if (count < 0) stream_->bytes.fail_damaged(stream_->why());
    if (count == 0) stream_->bytes.fail_damaged(fmt::format("{} ends after {} bytes", name_, done));
    done += static_cast<std::size_t>(count);
  }
}

}  // namespace norma
