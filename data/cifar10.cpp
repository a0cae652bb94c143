#include "data/cifar10.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

#include "data/archive.h"
#include "data/file_type.h"
#include "data/mirrors.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t records = 10000;  // in a batch
constexpr std::int64_t pixels = 3 * 32 * 32;
constexpr std::int64_t batch_bytes = records * (1 + pixels);
constexpr int batches = 6;
constexpr const char* batches_folder = "cifar-10-batches-bin";
constexpr const char* class_names_file = "batches.meta.txt";
constexpr std::array<const char*, batches> batch_files = {"data_batch_1.bin", "data_batch_2.bin",
                                                          "data_batch_3.bin", "data_batch_4.bin",
                                                          "data_batch_5.bin", "test_batch.bin"};
constexpr const char* advice = "unpack the official archive again, or remove this copy to have it downloaded";

DataSplit allocate() {
  const auto dataset = [](std::int64_t n) {
    return Dataset{Tensor::empty({n, 3, 32, 32}, DType::uint8), Tensor::empty({n}, DType::int64)};
  };
  return {
      .name = "cifar10",
      .classes = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
      .train = dataset(records * (batches - 1)),
      .test = dataset(records)};
}

void check_size(std::int64_t bytes, const std::string& where) {
  if (bytes == batch_bytes) return;
  fail("{} has {} bytes instead of {} ({} records of 1 label and {} pixels): {}", where, bytes, batch_bytes,
       records, pixels, advice);
}

// Takes the records of batch number `batch` (0 to 5) apart.
void store_batch(const std::vector<std::uint8_t>& bytes, int batch, const std::string& where,
                 DataSplit& data) {
  const bool test = batch == batches - 1;
  const std::int64_t first = test ? 0 : batch * records;
  Dataset& dataset = test ? data.test : data.train;
  std::uint8_t* image = dataset.images.data<std::uint8_t>() + first * pixels;
  std::int64_t* label = dataset.labels.data<std::int64_t>() + first;
  const std::uint8_t* record = bytes.data();
  for (std::int64_t i = 0; i < records; ++i, record += 1 + pixels, image += pixels) {
    if (record[0] > 9)
      fail("{}: record {} (counted from 0) has label {}, but labels are 0 to 9: {}", where, i, record[0],
           advice);
    label[i] = record[0];
    std::memcpy(image, record + 1, pixels);
  }
}

// Takes the class names from batches.meta.txt, one a line, where it holds ten different ones.
void store_class_names(const std::string& text, DataSplit& data) {
  std::istringstream stream(text);
  std::vector<std::string> names;
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  const auto printable = [](const std::string& s) {
    return s.size() <= 40 && std::all_of(s.begin(), s.end(), [](char c) { return c >= ' ' && c <= '~'; });
  };
  const std::set<std::string> different(names.begin(), names.end());
  if (names.size() == 10 && different.size() == 10 && std::all_of(names.begin(), names.end(), printable))
    data.classes = std::move(names);
}

void check_batch_file(const fs::path& file) {
  const fs::file_type type = type_of(file);
  if (type == fs::file_type::not_found) fail("{} is missing: {}", file.string(), advice);
  if (type != fs::file_type::regular) fail("{} is not a file: {}", file.string(), advice);
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error) fail("cannot look at {}: {}", file.string(), error.message());
  check_size(static_cast<std::int64_t>(bytes), file.string());
}

DataSplit load_folder(const fs::path& folder) {
  if (type_of(folder) != fs::file_type::directory) fail("{} is not a folder: {}", folder.string(), advice);
  for (const char* name : batch_files) check_batch_file(folder / name);
  DataSplit data = allocate();
  std::vector<std::uint8_t> bytes(batch_bytes);
  for (int batch = 0; batch < batches; ++batch) {
    const fs::path file = folder / batch_files[batch];
    std::ifstream stream(file, std::ios::binary);
    if (!stream) fail("cannot open {}: {}", file.string(), std::strerror(errno));
    if (!stream.read(reinterpret_cast<char*>(bytes.data()), batch_bytes))
      fail("cannot read {}: it ended or failed after {} bytes", file.string(), stream.gcount());
    store_batch(bytes, batch, file.string(), data);
  }
  std::ifstream names(folder / class_names_file);
  std::string text(1000, '\0');
  names.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(names.gcount()));
  store_class_names(text, data);
  return data;
}

DataSplit load_archive(const fs::path& file) {
  TarReader tar(file);
  DataSplit data = allocate();
  std::vector<std::uint8_t> bytes(batch_bytes);
  std::set<int> seen;
  while (tar.next()) {
    const std::string name = fs::path(tar.name()).filename();  // whatever folders it stands in
    const std::string where = fmt::format("{} in {}", tar.name(), file.string());
    const auto position = std::find(batch_files.begin(), batch_files.end(), name);
    if (position != batch_files.end()) {
      const int batch = static_cast<int>(position - batch_files.begin());
      if (!seen.insert(batch).second) fail("{} is there twice: {}", where, advice);
      check_size(tar.size(), where);
      tar.read(bytes);
      store_batch(bytes, batch, where, data);
    } else if (name == class_names_file && tar.size() <= 1000) {
      std::vector<std::uint8_t> text(static_cast<std::size_t>(tar.size()));
      tar.read(text);
      store_class_names({text.begin(), text.end()}, data);
    }
  }
  for (int batch = 0; batch < batches; ++batch)
    if (!seen.contains(batch))
      fail("the archive {} holds no {}: {}", file.string(), batch_files[batch], advice);
  return data;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    names.insert(i->path().filename());
  if (error) fail("cannot read the folder {}: {}", folder.string(), error.message());
  return names;
}

}  // namespace

namespace {

// What lies beside an archive without being one.
bool is_companion(const std::string& name) {
  for (const char* ending : {".part", ".md5", ".sha256", ".asc", ".sig"})
    if (name.ends_with(ending)) return true;
  return false;
}

}  // namespace

std::optional<fs::path> find_cifar10(const fs::path& folder) {
  const fs::file_type type = type_of(folder);
  if (type == fs::file_type::not_found) return std::nullopt;
  if (type != fs::file_type::directory)
    fail("{} is not a folder: name the folder that CIFAR-10 lies in", folder.string());
  const std::set<std::string> names = names_in(folder);
  if (names.contains(batches_folder)) return folder / batches_folder;
  for (const char* batch : batch_files)
    if (names.contains(batch)) return folder;
  if (names.contains(cifar10_archive.name)) return folder / cifar10_archive.name;
  for (const std::string& name : names)
    if (name.starts_with("cifar-10-binary.tar") && !is_companion(name)) return folder / name;
  return std::nullopt;
}

DataSplit load_cifar10(const fs::path& folder) {
  const std::optional<fs::path> found = find_cifar10(folder);
  if (!found)
    fail("there is no CIFAR-10 in {}: expected the folder {} or the archive {}", folder.string(),
         batches_folder, cifar10_archive.name);
  const bool unpacked = *found == folder || found->filename() == batches_folder;
  return unpacked ? load_folder(*found) : load_archive(*found);
}

}  // namespace norma
