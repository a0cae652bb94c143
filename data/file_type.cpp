#include "data/file_type.h"

#include "core/error.h"

namespace norma {

namespace fs = std::filesystem;

fs::file_type type_of(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::none) fail("cannot look at {}: {}", path.string(), error.message());
  return type;
}

}  // namespace norma
