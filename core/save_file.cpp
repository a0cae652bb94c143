#include "core/save_file.h"

#include <unistd.h>

#include <fstream>

#include "core/error.h"

namespace norma {

void save_file(const std::filesystem::path& file, std::string_view content) {
  save_file(file, [&](std::ostream& out) { out << content; });
}

void save_file(const std::filesystem::path& named, const std::function<void(std::ostream&)>& write) {
  std::error_code error;
  const std::filesystem::path file =
      std::filesystem::is_symlink(named, error) ? std::filesystem::weakly_canonical(named, error) : named;
  if (std::filesystem::exists(file, error) && !std::filesystem::is_regular_file(file, error)) {
    std::ofstream out(file, std::ios::binary);  // /dev/stdout, a pipe: it stays what it is
    write(out);
    if (!out.flush()) fail("could not write {}: is it writable, and a file?", file.string());
    return;
  }
  const std::filesystem::path part = fmt::format("{}.{}.part", file.string(), getpid());
  std::ofstream out(part, std::ios::binary);
  write(out);
  out.close();
  if (out) std::filesystem::rename(part, file, error);
  if (!out || error) {
    std::filesystem::remove(part, error);
    fail("could not write {}: is there such a folder, writable and with room?", file.string());
  }
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) fail("could not read {}: is it there and readable?", file.string());
  return text;
}

}  // namespace norma
