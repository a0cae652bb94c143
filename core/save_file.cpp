#include "core/save_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "core/error.h"

namespace norma {

void save_file(const std::filesystem::path& file, std::string_view content) {
  save_file(file, [&](std::ostream& out) { out << content; });
}

namespace {

// Puts what was written to a file, or the names in a folder, on the disk itself. False where that failed.
bool sync(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool done = fsync(descriptor) == 0 || errno == EINVAL;  // EINVAL: this file system cannot
  const int reason = errno;
  close(descriptor);
  errno = reason;
  return done;
}

}  // namespace

void save_file(const std::filesystem::path& named, const std::function<void(std::ostream&)>& write) {
  std::error_code error;
  errno = 0;
  if (std::filesystem::exists(named, error) && !std::filesystem::is_regular_file(named, error)) {
    std::ofstream out(named, std::ios::binary);  // /dev/stdout, a pipe: it stays what it is
    write(out);
    if (!out.flush()) fail("could not write {}: {}", named.string(), std::strerror(errno));
    return;
  }
  const std::filesystem::path file =
      std::filesystem::is_symlink(named, error) ? std::filesystem::weakly_canonical(named, error) : named;
  const std::filesystem::path part = fmt::format("{}.{}.part", file.string(), getpid());
  std::ofstream out(part, std::ios::binary);
  if (out) write(out);
  if (out) out.close();
  if (!out || !sync(part) || std::rename(part.c_str(), file.c_str()) != 0) {
    const int reason = errno;
    out.close();
    std::filesystem::remove(part, error);
    fail("could not write {}: {}", file.string(),
         reason != 0 ? std::strerror(reason) : "the system gives no reason");
  }
  sync(file.has_parent_path() ? file.parent_path() : ".");
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) fail("could not read {}: is it there and readable?", file.string());
  return text;
}

std::uintmax_t regular_file_size(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  if (!std::filesystem::is_regular_file(status))
    fail("could not read {}: {}", file.string(),
         status.type() == std::filesystem::file_type::not_found ? "it does not exist"
         : error                                                ? error.message()
                                                                : "it is not a file");
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) fail("could not read {}: {}", file.string(), error.message());
  return size;
}

std::string read_file(const std::filesystem::path& file, std::size_t most) {
  const std::uintmax_t size = regular_file_size(file);
  if (size > most) fail("{} has {} bytes: expected at most {}", file.string(), size, most);
  std::string text(static_cast<std::size_t>(size), '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size())))
    fail("could not read {}: is it readable?", file.string());
  return text;
}

}  // namespace norma
