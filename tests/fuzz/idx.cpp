// MNIST's files. The first byte chooses: plain (p), compressed here (z), or one file that may be compressed
// by anything. The second says how many of the bytes that follow are those of the labels.
#include <archive.h>
#include <archive_entry.h>

#include <fstream>

#include "data/archive.h"
#include "data/mnist.h"
#include "tests/fuzz/input.h"

using namespace norma;

namespace {

std::string gzipped(std::string_view bytes) {
  std::string packed(bytes.size() + 1000, '\0');
  std::size_t used = 0;
  archive* out = archive_write_new();
  archive_write_add_filter_gzip(out);
  archive_write_set_format_raw(out);
  archive_write_set_bytes_in_last_block(out, 1);
  archive_write_open_memory(out, packed.data(), packed.size(), &used);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_write_header(out, entry);
  archive_write_data(out, bytes.data(), bytes.size());
  archive_entry_free(entry);
  archive_write_free(out);
  packed.resize(used);
  return packed;
}

void write_files(const fuzz::Folder& folder, const std::string& ending, std::string_view labels,
                 std::string_view images) {
  for (const char* part : {"train", "t10k"}) {
    const std::string name = part;
    std::ofstream(folder / (name + "-labels-idx1-ubyte" + ending), std::ios::binary) << labels;
    std::ofstream(folder / (name + "-images-idx3-ubyte" + ending), std::ios::binary) << images;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder plain, packed;
  if (size < 2) return 0;
  // Labels first: as many bytes as the second byte says.
  const std::string_view rest = fuzz::text_of(data + 2, size - 2);
  const std::string_view labels = rest.substr(0, data[1]), images = rest.substr(labels.size());
  fuzz::try_to([&] {
    if (data[0] == 'p') {
      write_files(plain, "", labels, images);
      load_mnist(plain.path());
    } else if (data[0] == 'z') {
      write_files(packed, ".gz", gzipped(labels), gzipped(images));
      load_fashion_mnist(packed.path());
    } else {  // whatever it is compressed by
      const fuzz::InputFile file(rest);
      if (read_decompressed(file.path(), 1 << 20).size() > 1 << 20) std::abort();
    }
  });
  return 0;
}
