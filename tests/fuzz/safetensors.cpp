// A safetensors file: what is read is written and read again the same.
#include "layers/safetensors.h"

#include "core/save_file.h"
#include "tests/fuzz/input.h"

using namespace norma;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder folder;
  fuzz::try_to([&] {
    const fuzz::InputFile file(fuzz::text_of(data, size));
    Metadata metadata, again;
    const auto tensors = load_safetensors(file.path(), &metadata);
    save_safetensors(folder / "again", tensors, metadata);
    const auto back = load_safetensors(folder / "again", &again);
    if (back.size() != tensors.size() || again != metadata) std::abort();
  });
  return 0;
}
