#include "data/cifar.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <set>
#include <span>
#include <sstream>

#include "data/archive.h"
#include "data/cifar_layout.h"
#include "data/file_type.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

constexpr const char* advice = "unpack the official archive again, or remove this copy to have it downloaded";

std::int64_t bytes_of(const CifarLayout& layout, const CifarFile& file) {
  return file.records * layout.record_bytes();
}

void check_size(const CifarLayout& layout, const CifarFile& file, std::int64_t bytes,
                const std::string& where) {
  if (bytes == bytes_of(layout, file)) return;
  fail("{} has {} bytes instead of {} ({} records of {} and {} pixels): {}", where, bytes,
       bytes_of(layout, file), file.records,
       layout.labels.size() == 1 ? "1 label" : fmt::format("{} labels", layout.labels.size()), cifar_pixels,
       advice);
}

// A set while it is loaded.
class Loading {
 public:
  Loading(const CifarLayout& layout, const LoadOptions& options)
      : layout_(layout), wanted_(options.labels == Labels::coarse ? 0 : layout.labels.size() - 1) {
    const auto dataset = [&](bool test) {
      std::int64_t n = 0;
      for (const CifarFile& file : layout.files) n += file.test == test ? file.records : 0;
      return Dataset{Tensor::empty({n, 3, cifar_side, cifar_side}, DType::uint8),
                     Tensor::empty({n}, DType::int64)};
    };
    data_ = {.name = layout.name,
             .classes = layout.labels[wanted_].classes,
             .train = dataset(false),
             .test = dataset(true)};
  }

  const char* names_file() const { return layout_.labels[wanted_].names_file; }

  /// Stores the records of a file; read(bytes) fills `bytes` with the next bytes of the file.
  void store(const CifarFile& file, const std::string& where,
             const std::function<void(std::span<std::uint8_t>)>& read) {
    std::int64_t first = 0;
    for (const CifarFile* earlier = layout_.files.data(); earlier != &file; ++earlier)
      if (earlier->test == file.test) first += earlier->records;
    Dataset& dataset = file.test ? data_.test : data_.train;
    std::uint8_t* image = dataset.images.data<std::uint8_t>() + first * cifar_pixels;
    std::int64_t* label = dataset.labels.data<std::int64_t>() + first;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(records_at_once * layout_.record_bytes()));
    for (std::int64_t i = 0; i < file.records; ++i, ++label, image += cifar_pixels) {
      if (i % records_at_once == 0) {
        const std::int64_t count = std::min(records_at_once, file.records - i);
        read(std::span(bytes).first(static_cast<std::size_t>(count * layout_.record_bytes())));
      }
      const std::uint8_t* record =
          &bytes[static_cast<std::size_t>(i % records_at_once * layout_.record_bytes())];
      check_labels(record, i, where);
      *label = record[wanted_];
      std::memcpy(image, record + layout_.labels.size(), cifar_pixels);
    }
  }

  /// Takes the class names from a text with one name per line. Ignores the text unless it has exactly one
  /// name for each class, all different.
  void store_class_names(const std::string& text) {
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
    if (names.size() == data_.classes.size() && different.size() == names.size() &&
        std::all_of(names.begin(), names.end(), printable))
      data_.classes = std::move(names);
  }

  DataSplit take() { return std::move(data_); }

 private:
  static constexpr std::int64_t records_at_once = 1000;

  void check_labels(const std::uint8_t* record, std::int64_t i, const std::string& where) const {
    for (std::size_t k = 0; k < layout_.labels.size(); ++k)
      if (const auto& [what, classes, names_file] = layout_.labels[k]; record[k] >= classes.size())
        fail("{}: record {} (counted from 0) has {} {}, but {}s are 0 to {}: {}", where, i, what, record[k],
             what, classes.size() - 1, advice);
  }

  const CifarLayout& layout_;
  std::size_t wanted_;  // index of the requested label among the labels of a record
  DataSplit data_;
};

constexpr std::int64_t longest_names_file = 4000;  // CIFAR-100's has 100 names in about 900 bytes

void check_file(const CifarLayout& layout, const CifarFile& file, const fs::path& path) {
  const fs::file_type type = type_of(path);
  if (type == fs::file_type::not_found) fail("{} is missing: {}", path.string(), advice);
  if (type != fs::file_type::regular) fail("{} is not a file: {}", path.string(), advice);
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) fail("cannot read the size of {}: {}", path.string(), error.message());
  check_size(layout, file, static_cast<std::int64_t>(bytes), path.string());
}

DataSplit load_folder(const CifarLayout& layout, const fs::path& folder, const LoadOptions& options) {
  if (type_of(folder) != fs::file_type::directory) fail("{} is not a folder: {}", folder.string(), advice);
  for (const CifarFile& file : layout.files) check_file(layout, file, folder / file.name);
  Loading loading(layout, options);
  for (const CifarFile& file : layout.files) {
    const fs::path path = folder / file.name;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) fail("cannot open {}: {}", path.string(), std::strerror(errno));
    loading.store(file, path.string(), [&](std::span<std::uint8_t> to) {
      if (!stream.read(reinterpret_cast<char*>(to.data()), static_cast<std::streamsize>(to.size())))
        fail("cannot read {}: it ended or failed before its {} bytes", path.string(), bytes_of(layout, file));
    });
  }
  const fs::path names_file = folder / loading.names_file();
  if (type_of(names_file) != fs::file_type::regular) return loading.take();
  std::ifstream names(names_file);
  std::string text(longest_names_file, '\0');
  names.read(text.data(), longest_names_file);
  text.resize(static_cast<std::size_t>(names.gcount()));
  loading.store_class_names(text);
  return loading.take();
}

DataSplit load_archive(const CifarLayout& layout, const fs::path& archive, const LoadOptions& options) {
  std::int64_t bytes = 64 << 20;  // for all that is not images
  for (const CifarFile& file : layout.files) bytes += bytes_of(layout, file);
  TarReader tar(archive, static_cast<std::uint64_t>(bytes));
  Loading loading(layout, options);
  std::set<std::string> seen;
  while (tar.next()) {
    const std::string name = fs::path(tar.name()).filename();  // without the folders in the archive
    const std::string where = fmt::format("{} in {}", tar.name(), archive.string());
    const auto file = std::find_if(layout.files.begin(), layout.files.end(),
                                   [&](const CifarFile& f) { return f.name == name; });
    if (file != layout.files.end()) {
      if (!seen.insert(name).second) fail("{} exists twice: {}", where, advice);
      check_size(layout, *file, tar.size(), where);
      loading.store(*file, where, [&](std::span<std::uint8_t> to) { tar.read(to); });
    } else if (name == loading.names_file() && tar.size() <= longest_names_file) {
      std::vector<std::uint8_t> text(static_cast<std::size_t>(tar.size()));
      tar.read(text);
      loading.store_class_names({text.begin(), text.end()});
    }
  }
  for (const CifarFile& file : layout.files)
    if (!seen.contains(file.name))
      fail("the archive {} holds no {}: {}", archive.string(), file.name, advice);
  return loading.take();
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    names.insert(i->path().filename());
  if (error) fail("cannot read the folder {}: {}", folder.string(), error.message());
  return names;
}

// Whether a file accompanies an archive, but is not an archive itself.
bool is_companion(const std::string& name) {
  for (const char* ending : {".part", ".md5", ".sha256", ".asc", ".sig"})
    if (name.ends_with(ending)) return true;
  return false;
}

std::optional<fs::path> find(const CifarLayout& layout, const fs::path& folder) {
  const fs::file_type type = type_of(folder);
  if (type == fs::file_type::not_found) return std::nullopt;
  if (type != fs::file_type::directory)
    fail("{} is not a folder: name the folder that contains {}", folder.string(), layout.title);
  const std::set<std::string> names = names_in(folder);
  if (names.contains(layout.folder)) return folder / layout.folder;
  const auto present = std::count_if(layout.files.begin(), layout.files.end(),
                                     [&](const CifarFile& file) { return names.contains(file.name); });
  if (present >= layout.telling_files) return folder;
  if (names.contains(layout.archive + ".gz")) return folder / (layout.archive + ".gz");
  for (const std::string& name : names)
    if (name.starts_with(layout.archive) && !is_companion(name)) return folder / name;
  return std::nullopt;
}

DataSplit load(const CifarLayout& layout, const fs::path& folder, const LoadOptions& options) {
  const std::optional<fs::path> found = find(layout, folder);
  if (!found)
    fail("there is no {} in {}: expected the folder {} or the archive {}.gz", layout.title, folder.string(),
         layout.folder, layout.archive);
  const bool unpacked = *found == folder || found->filename() == layout.folder;
  return unpacked ? load_folder(layout, *found, options) : load_archive(layout, *found, options);
}

}  // namespace

std::optional<fs::path> find_cifar10(const fs::path& folder) { return find(cifar10_layout(), folder); }
std::optional<fs::path> find_cifar100(const fs::path& folder) { return find(cifar100_layout(), folder); }

DataSplit load_cifar10(const fs::path& folder, const LoadOptions& options) {
  return load(cifar10_layout(), folder, options);
}
DataSplit load_cifar100(const fs::path& folder, const LoadOptions& options) {
  return load(cifar100_layout(), folder, options);
}

}  // namespace norma
