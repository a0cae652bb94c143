#include "data/known_data.h"

#include <fmt/ranges.h>

#include <numeric>

#include "data/cifar.h"
#include "data/image_folder.h"
#include "data/mnist.h"
#include "data/synthetic.h"

namespace norma {
namespace {

std::uint64_t sum_of_pixels(const Dataset& set) {
  const auto pixels = set.images.span<std::uint8_t>();
  return std::accumulate(pixels.begin(), pixels.end(), std::uint64_t{0});
}

// Says so if these are not the official images of the set; empty if they are, or if Norma does not know them.
std::string note_on_other_images(const KnownDataSet& set, const DataSplit& data) {
  if (!set.sums) return "";
  const auto differ = [&](const char* images, std::uint64_t sum, std::uint64_t official) {
    return sum == official ? ""
                           : fmt::format(
                                 "these are not the official images of {}: the pixels of its {} images add "
                                 "up to {} instead of {}",
                                 set.title, images, sum, official);
  };
  const std::string note = differ("training", sum_of_pixels(data.train), set.sums->train);
  return note.empty() ? differ("test", sum_of_pixels(data.test), set.sums->test) : note;
}

// Built-in images with one kind of labels, of seed 1.
template <auto Make>
DataSplit with_fine_labels(Labels /*labels*/, std::int64_t train_images, std::int64_t test_images) {
  return Make(1, train_images, test_images);
}

}  // namespace

const std::vector<KnownDataSet>& known_data_sets() {
  static const std::vector<KnownDataSet> sets = {
      {.name = "cifar10",
       .title = "CIFAR-10",
       .folder = "",
       .files = {cifar10_archive},
       .find = find_cifar10,
       .load = load_cifar10,
       .make_synthetic = with_fine_labels<make_synthetic>,
       .synthetic_train_images = 12000,
       .image = {3, 32, 32},
       .normalization = cifar10_normalization,
       .sums = PixelSums{18'540'682'003, 3'733'375'634},
       .train_images = 50'000,
       .classes = 10},
      {.name = "cifar100",
       .title = "CIFAR-100",
       .folder = "",
       .files = {cifar100_archive},
       .find = find_cifar100,
       .load = load_cifar100,
       .make_synthetic = [](Labels labels, std::int64_t train,
                            std::int64_t test) { return make_synthetic_pairs(labels, 1, train, test); },
       .image = {3, 32, 32},
       .normalization = cifar100_normalization,
       .sums = {},
       .train_images = 50'000,
       .classes = 100,
       .coarse_classes = 20},
      {.name = "mnist",
       .title = "MNIST",
       .folder = "mnist",
       .files = mnist_files,
       .find = find_mnist,
       .load = load_mnist,
       .make_synthetic = with_fine_labels<make_synthetic_digits>,
       .image = {1, 28, 28},
       .normalization = mnist_normalization,
       .sums = PixelSums{1'567'298'545, 264'923'200},
       .train_images = 60'000,
       .classes = 10},
      {.name = "fashion-mnist",
       .title = "Fashion-MNIST",
       .folder = "fashion-mnist",
       .files = fashion_mnist_files,
       .find = find_fashion_mnist,
       .load = load_fashion_mnist,
       .make_synthetic = with_fine_labels<make_synthetic_grey>,
       .image = {1, 28, 28},
       .normalization = fashion_mnist_normalization,
       .sums = {},
       .train_images = 60'000,
       .classes = 10},
      {.name = "folder",
       .title = "your own images",
       .folder = "",
       .files = {},
       .find = find_image_folder,
       .load = load_image_folder,
       .make_synthetic = nullptr,
       .image = {},
       .normalization = {},
       .sums = {}},
  };
  return sets;
}

const KnownDataSet& find_data_set(const std::string& name) {
  std::vector<std::string> names;
  for (const KnownDataSet& set : known_data_sets()) {
    if (set.name == name) return set;
    names.push_back(set.name);
  }
  fail_usage("there is no data set called '{}': the known ones are {}", name, fmt::join(names, ", "));
}

std::int64_t classes_of(const KnownDataSet& set, Labels labels) {
  if (labels == Labels::fine) return set.classes;
  if (set.coarse_classes == 0)
    fail_usage("--labels coarse: only CIFAR-100 has coarse labels, not {}", set.title);
  return set.coarse_classes;
}

DataSplit load_data(const KnownDataSet& set, const std::optional<std::filesystem::path>& folder,
                    const LoadOptions& options) {
  classes_of(set, options.labels);
  if (folder) {
    DataSplit data = set.load(*folder, options);
    if (const std::string note = note_on_other_images(set, data); !note.empty())
      data.note += (data.note.empty() ? "" : "; ") + note;
    return data;
  }
  if (set.make_synthetic == nullptr) fail_usage("no built-in images can replace {}", set.title);
  const auto at_most = [](std::int64_t images, std::optional<std::int64_t> most) {
    return std::min(images, most.value_or(images));
  };
  return set.make_synthetic(options.labels, at_most(set.synthetic_train_images, options.most_train),
                            at_most(set.synthetic_test_images, options.most_test));
}

Normalization normalization_of(const KnownDataSet& set, const Dataset& train) {
  return set.normalization.mean.empty() ? measure_normalization(train) : set.normalization;
}

}  // namespace norma
