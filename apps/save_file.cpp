#include "apps/save_file.h"

#include <fstream>

#include "core/error.h"

namespace norma {

void save_file(const std::filesystem::path& file, std::string_view content) {
  const std::filesystem::path part = file.string() + ".part";
  std::ofstream out(part, std::ios::binary);
  out << content;
  out.close();
  std::error_code error;
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
