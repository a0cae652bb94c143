#include "data/mnist.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/archive.h"
#include "data/file_type.h"
#include "data/loader.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t side = 28;
constexpr const char* advice = "copy the official files again, or remove all four to have them downloaded";
constexpr const char* image_files[] = {"train-images", "t10k-images"};  // before "-idx3-ubyte"
constexpr const char* label_files[] = {"train-labels", "t10k-labels"};  // before "-idx1-ubyte"
constexpr std::size_t most_items[] = {60'000, 10'000};                  // of the official files

struct IdxSet {
  std::string name, title;
  std::vector<std::string> places;  // below FOLDER, in this order; "" is FOLDER itself
  std::vector<std::string> classes;
  Normalization normalization;  // for telling the sets apart
};

const IdxSet mnist = {.name = "mnist",
                      .title = "MNIST",
                      .places = {"mnist", "MNIST/raw", ""},
                      .classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                      .normalization = mnist_normalization};
const IdxSet fashion_mnist = {.name = "fashion-mnist",
                              .title = "Fashion-MNIST",
                              .places = {"fashion-mnist", "FashionMNIST/raw", ""},
                              .classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal",
                                          "Shirt", "Sneaker", "Bag", "Ankle boot"},
                              .normalization = fashion_mnist_normalization};
const IdxSet* const all_sets[] = {&mnist, &fashion_mnist};

// The path of e.g. "train-images" of 3 dimensions in this folder; nothing if it does not exist.
std::optional<fs::path> find_file(const fs::path& folder, const std::string& name, int dimensions) {
  for (const char* ending : {"", ".gz"})
    for (const char* joint : {"-", "."})
      if (const fs::path file = folder / fmt::format("{}{}idx{}-ubyte{}", name, joint, dimensions, ending);
          type_of(file) != fs::file_type::not_found)
        return file;
  return std::nullopt;
}

std::uint32_t big_endian(const std::uint8_t* b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

// An IDX file of unsigned bytes: big-endian words, then the elements.
//
//   0 0 8 D │ count │ size 2 │ … │ size D │ element │ element │ …
//       │ └─ dimensions
//       └─ 8: unsigned bytes
struct IdxFile {
  fs::path path;
  std::vector<std::uint8_t> bytes;
  std::size_t header;
  std::int64_t count = 0;

  std::string name() const { return path.string(); }
  const std::uint8_t* elements() const { return bytes.data() + header; }
};

// Reads e.g. train-images. Its items have the given sizes: {28, 28}, or {} for single bytes. There are at
// most `most` items.
IdxFile read_idx(const fs::path& folder, const std::string& name, const std::vector<std::int64_t>& sizes,
                 std::size_t most) {
  const int dimensions = 1 + static_cast<int>(sizes.size());
  const std::optional<fs::path> path = find_file(folder, name, dimensions);
  if (!path) fail("{} holds no {}-idx{}-ubyte or .gz: {}", folder.string(), name, dimensions, advice);
  const std::size_t header = 4 + 4 * static_cast<std::size_t>(dimensions);
  for (const std::int64_t size : sizes) most *= static_cast<std::size_t>(size);
  IdxFile file{*path, read_decompressed(*path, header + most), header};
  if (file.bytes.size() < file.header)
    fail("{} holds {} bytes, which is less than its header of {}: {}", file.name(), file.bytes.size(),
         file.header, advice);
  const std::uint32_t magic = big_endian(&file.bytes[0]),
                      expected = 0x800 + static_cast<std::uint32_t>(dimensions);
  if (magic != expected)
    fail("{} begins with 0x{:08x} instead of 0x{:08x}, for unsigned bytes in {} dimensions: {}", file.name(),
         magic, expected, dimensions, advice);
  file.count = big_endian(&file.bytes[4]);
  std::int64_t item = 1;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::int64_t size = big_endian(&file.bytes[8 + 4 * i]);
    if (size != sizes[i])
      fail("{} has images of {} {} instead of {}: {}", file.name(), size, i == 0 ? "rows" : "columns",
           sizes[i], advice);
    item *= size;
  }
  const std::int64_t found = static_cast<std::int64_t>(file.bytes.size() - file.header);
  if (file.count == 0) fail("{} is empty: its header counts 0 items: {}", file.name(), advice);
  if (found != file.count * item)
    fail("{} holds {} bytes after its header instead of {} ({} times {}): {}", file.name(), found,
         file.count * item, file.count, item, advice);
  return file;
}

// Mean and standard deviation of the pixels tell which of the sets the files are. Unlike a checksum, they
// work for any order of the images, for a part of a set, and for files that were compressed again.
void check_not_of(const IdxSet& other, const IdxSet& set, const Dataset& data, const IdxFile& images) {
  constexpr std::int64_t enough = 1000;  // so many images give a mean to within 0.01
  if (images.count < enough) return;
  const Normalization found = measure_normalization(data);
  const auto close = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::abs(a[0] - b[0]) < 0.01;
  };
  if (close(found.mean, other.normalization.mean) && close(found.std, other.normalization.std))
    fail(
        "{} holds the images of {}, not of {} (the mean of its pixels is {:.4f}): move it and the other "
        "three files to a folder {}, or name another folder with --data",
        images.name(), other.title, set.title, found.mean[0], other.places[0]);
}

Dataset load_part(const IdxSet& set, const fs::path& folder, int part) {
  const IdxFile images = read_idx(folder, image_files[part], {side, side}, most_items[part]);
  const IdxFile labels = read_idx(folder, label_files[part], {}, most_items[part]);
  if (images.count != labels.count)
    fail("{} holds {} images, but {} holds {} labels: {}", images.name(), images.count, labels.name(),
         labels.count, advice);
  Dataset data{Tensor::empty({images.count, 1, side, side}, DType::uint8),
               Tensor::empty({images.count}, DType::int64)};
  std::copy_n(images.elements(), data.images.numel(), data.images.data<std::uint8_t>());
  for (std::int64_t i = 0; i < labels.count; ++i) {
    const std::uint8_t label = labels.elements()[i];
    if (label > 9)
      fail("{}: label {} (counted from 0) is {}, but labels are 0 to 9: {}", labels.name(), i, label, advice);
    data.labels.data<std::int64_t>()[i] = label;
  }
  for (const IdxSet* other : all_sets)
    if (other != &set) check_not_of(*other, set, data, images);
  return data;
}

std::optional<fs::path> find(const IdxSet& set, const fs::path& folder) {
  const fs::file_type type = type_of(folder);
  if (type == fs::file_type::not_found) return std::nullopt;
  if (type != fs::file_type::directory)
    fail("{} is not a folder: name the folder that contains {}", folder.string(), set.title);
  for (const std::string& place : set.places) {
    const fs::path at = place.empty() ? folder : folder / place;
    for (int part = 0; part < 2; ++part)
      if (find_file(at, image_files[part], 3) || find_file(at, label_files[part], 1)) return at;
  }
  return std::nullopt;
}

DataSplit load(const IdxSet& set, const fs::path& folder) {
  const std::optional<fs::path> found = find(set, folder);
  if (!found)
    fail("there is no {} in {}: expected {}/train-images-idx3-ubyte, plain or .gz, and three more files",
         set.title, folder.string(), set.places[0]);
  return {.name = set.name,
          .classes = set.classes,
          .train = load_part(set, *found, 0),
          .test = load_part(set, *found, 1)};
}

}  // namespace

std::optional<fs::path> find_mnist(const fs::path& folder) { return find(mnist, folder); }
std::optional<fs::path> find_fashion_mnist(const fs::path& folder) { return find(fashion_mnist, folder); }

DataSplit load_mnist(const fs::path& folder, const LoadOptions&) { return load(mnist, folder); }
DataSplit load_fashion_mnist(const fs::path& folder, const LoadOptions&) {
  return load(fashion_mnist, folder);
}

}  // namespace norma
