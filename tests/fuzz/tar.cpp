// A tar archive, compressed or not.
#include <vector>

#include "data/archive.h"
#include "tests/fuzz/input.h"

using namespace norma;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_to([&] {
    const fuzz::InputFile file(fuzz::text_of(data, size));
    TarReader tar(file.path(), 1 << 22);
    while (tar.next()) {
      if (tar.size() < 0 || tar.size() > 1 << 20) continue;
      std::vector<std::uint8_t> bytes(static_cast<std::size_t>(tar.size()));
      tar.read(bytes);
    }
  });
  return 0;
}
