#include "data/known_data.h"

#include <fmt/ranges.h>

#include "data/cifar.h"
#include "data/image_folder.h"
#include "data/mnist.h"
#include "data/synthetic.h"

namespace norma {

const std::vector<KnownDataSet>& known_data_sets() {
  static const std::vector<KnownDataSet> sets = {
      {.name = "cifar10",
       .title = "CIFAR-10",
       .folder = "",
       .files = {cifar10_archive},
       .find = find_cifar10,
       .load = load_cifar10,
       .make_synthetic = [](const LoadOptions&) { return make_synthetic(); },
       .image = {3, 32, 32},
       .normalization = cifar10_normalization,
       .classes = 10},
      {.name = "cifar100",
       .title = "CIFAR-100",
       .folder = "",
       .files = {cifar100_archive},
       .find = find_cifar100,
       .load = load_cifar100,
       .make_synthetic = [](const LoadOptions& options) { return make_synthetic_pairs(options.labels); },
       .image = {3, 32, 32},
       .normalization = cifar100_normalization,
       .classes = 100,
       .coarse_classes = 20},
      {.name = "mnist",
       .title = "MNIST",
       .folder = "mnist",
       .files = mnist_files,
       .find = find_mnist,
       .load = load_mnist,
       .make_synthetic = [](const LoadOptions&) { return make_synthetic_digits(); },
       .image = {1, 28, 28},
       .normalization = mnist_normalization,
       .classes = 10},
      {.name = "fashion-mnist",
       .title = "Fashion-MNIST",
       .folder = "fashion-mnist",
       .files = fashion_mnist_files,
       .find = find_fashion_mnist,
       .load = load_fashion_mnist,
       .make_synthetic = [](const LoadOptions&) { return make_synthetic_grey(); },
       .image = {1, 28, 28},
       .normalization = fashion_mnist_normalization,
       .classes = 10},
      {.name = "folder",
       .title = "your own images",
       .folder = "",
       .files = {},
       .find = find_image_folder,
       .load = load_image_folder,
       .make_synthetic = nullptr,
       .image = {},
       .normalization = {}},
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
  if (folder) return set.load(*folder, options);
  if (set.make_synthetic == nullptr) fail_usage("no built-in images can stand in for {}", set.title);
  return set.make_synthetic(options);
}

Normalization normalization_of(const KnownDataSet& set, const Dataset& train) {
  return set.normalization.mean.empty() ? measure_normalization(train) : set.normalization;
}

}  // namespace norma
