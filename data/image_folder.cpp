#include "data/image_folder.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cmath>
#include <tuple>

#include "core/error.h"
#include "core/parallel.h"
#include "data/file_type.h"
#include "data/image_file.h"
#include "data/loader.h"
#include "data/resize.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

struct ImageFile {
  fs::path path;
  std::int64_t label;
};

struct Scan {
  std::vector<std::string> classes;
  std::vector<ImageFile> files;
  std::int64_t passed_over = 0;
};

std::vector<std::string> sorted_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    names.push_back(i->path().filename().string());
  if (error) fail("cannot read the folder {}: {}", folder.string(), error.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool is_image_name(const std::string& name) {
  std::string ending = fs::path(name).extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return !name.starts_with('.') && (ending == ".png" || ending == ".jpg" || ending == ".jpeg");
}

// Whether a name is UTF-8 without control characters, because class names are written to reports and files.
bool is_text(const std::string& name) {
  // least[n]: the smallest code point that is written in n bytes.
  constexpr std::array<std::uint32_t, 5> least = {0, 0x20, 0x80, 0x800, 0x10000};
  for (std::size_t i = 0; i < name.size();) {
    const auto lead = static_cast<std::uint8_t>(name[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xC0) || lead >= 0xF8 || i + length > name.size()) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<std::uint8_t>(name[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (code < least[length] || code == 0x7F || surrogate || code > 0x10FFFF) return false;
    i += length;
  }
  return true;
}

// The images of one class, in the order of their names.
void scan_class(const fs::path& folder, std::int64_t label, Scan& scan) {
  const std::size_t before = scan.files.size();
  for (const std::string& name : sorted_names(folder)) {
    if (!is_image_name(name)) {
      ++scan.passed_over;
      continue;
    }
    if (type_of(folder / name) != fs::file_type::regular)
      fail("{} has the name of an image, but is not a file", (folder / name).string());
    scan.files.push_back({folder / name, label});
  }
  if (scan.files.size() == before)
    fail("the class folder {} holds no image: put .png, .jpg or .jpeg files into it, or remove it",
         folder.string());
}

// All classes of train or test. `known` are the classes of train, or nullptr where this is train.
Scan scan_part(const fs::path& folder, const std::vector<std::string>* known) {
  Scan scan;
  for (const std::string& name : sorted_names(folder)) {
    if (name.starts_with('.') || type_of(folder / name) != fs::file_type::directory) {
      ++scan.passed_over;
      continue;
    }
    auto label = static_cast<std::int64_t>(scan.classes.size());
    if (known != nullptr) {
      const auto found = std::find(known->begin(), known->end(), name);
      if (found == known->end())
        fail("{} is a class that train does not have: expected folders named as those of train",
             (folder / name).string());
      label = found - known->begin();
    } else if (!is_text(name)) {
      fail("the folder {} cannot name a class: expected UTF-8 without control characters",
           (folder / name).string());
    }
    scan.classes.push_back(name);
    scan_class(folder / name, label, scan);
  }
  if (scan.classes.size() > most_classes)
    fail("{} has {} folders, and there can be at most {} classes", folder.string(), scan.classes.size(),
         most_classes);
  if (scan.classes.empty())
    fail("{} holds no images: expected a folder per class, with .png, .jpg or .jpeg files", folder.string());
  return scan;
}

Dataset read_images(const std::vector<ImageFile>& files, const Shape& image) {
  const auto count = static_cast<std::int64_t>(files.size()), bytes = image.numel();
  Dataset data{Tensor::empty({count, image[0], image[1], image[2]}, DType::uint8),
               Tensor::empty({count}, DType::int64)};
  // If several images are bad, the error names the first, for any number of threads.
  std::vector<std::string> errors(files.size());
  std::atomic<std::int64_t> first_bad = count;
  parallel_for(count, [&](std::int64_t i) {
    if (i > first_bad) return;
    const auto& [path, label] = files[static_cast<std::size_t>(i)];
    try {
      resize(read_picture(path), image, data.images.data<std::uint8_t>() + i * bytes);
      data.labels.data<std::int64_t>()[i] = label;
    } catch (const Error& e) {
      errors[static_cast<std::size_t>(i)] = e.what();
      for (std::int64_t bad = first_bad; i < bad && !first_bad.compare_exchange_weak(bad, i);) continue;
    }
  });
  if (first_bad < count) fail("{}", errors[static_cast<std::size_t>(first_bad)]);
  return data;
}

void check_image(const Shape& image) {
  constexpr std::int64_t largest = 4096;
  if (image.rank() != 3 || (image[0] != 1 && image[0] != 3) || image[1] < 1 || image[2] < 1 ||
      image[1] > largest || image[2] > largest)
    fail("images can be resized to 1 or 3 channels of 1 to {} pixels per side, not to {}", largest,
         image.to_string());
}

void check_share(std::int64_t count, double share) {
  if (!(share > 0 && share < 1))
    fail_usage("a share of the images to test is between 0 and 1, not {}", share);
  const std::int64_t held_out = std::llround(static_cast<double>(count) * share);
  if (held_out == 0 || held_out == count)
    fail_usage("a share of {} of {} images leaves none to {}", share, count,
               held_out == 0 ? "test" : "train");
}

}  // namespace

std::optional<fs::path> find_image_folder(const fs::path& folder) {
  const fs::file_type type = type_of(folder);
  if (type == fs::file_type::not_found) return std::nullopt;
  if (type != fs::file_type::directory)
    fail("{} is not a folder: name the folder that has train/", folder.string());
  if (type_of(folder / "train") != fs::file_type::directory) return std::nullopt;
  return folder;
}

DataSplit load_image_folder(const fs::path& folder, const LoadOptions& options) {
  check_image(options.image);
  if (!find_image_folder(folder))
    fail("there is no folder train in {}: expected {}/train/CLASS/ with images for each class",
         folder.string(), folder.string());
  const Scan train = scan_part(folder / "train", nullptr);
  if (train.classes.size() < 2)
    fail("{} has one class, {}: expected at least two folders", (folder / "train").string(),
         train.classes[0]);
  std::optional<Scan> test;
  if (type_of(folder / "test") != fs::file_type::not_found)
    test = scan_part(folder / "test", &train.classes);
  else if (!options.hold_out)
    fail_usage(
        "{} has no folder test: add one with the folders of train, or give --val-split SHARE to hold out a "
        "share of train as the test set",
        folder.string());
  else
    check_share(static_cast<std::int64_t>(train.files.size()), options.hold_out->share);

  DataSplit data{.name = "folder",
                 .classes = train.classes,
                 .train = read_images(train.files, options.image),
                 .test = {}};
  if (test) {
    data.test = read_images(test->files, options.image);
  } else {
    std::tie(data.train, data.test) = split(data.train, options.hold_out->share, options.hold_out->seed);
    data.held_out = options.hold_out;
  }
  if (const std::int64_t count = train.passed_over + (test ? test->passed_over : 0); count > 0)
    data.note = fmt::format("{} {} in {} skipped: not PNG or JPEG files", count,
                            count == 1 ? "entry" : "entries", folder.string());
  return data;
}

}  // namespace norma
