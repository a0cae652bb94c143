// The data sets that Norma knows by name: what finding, downloading and loading one takes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/cifar10.h"
#include "data/loader.h"
#include "data/mirrors.h"
#include "data/mnist.h"
#include "data/synthetic.h"

namespace norma {

struct KnownDataSet {
  std::string name;               ///< "mnist"
  std::string title;              ///< in sentences
  std::string folder;             ///< downloads go to DATA/folder, or to DATA itself where this is empty
  std::vector<RemoteFile> files;  ///< one that goes to DATA itself, or any number in a folder of their own
  std::optional<std::filesystem::path> (*find)(const std::filesystem::path& data);
  DataSplit (*load)(const std::filesystem::path& data);
  DataSplit (*make_synthetic)();  ///< built-in images of the same shape, where there is no network
  Shape image;                    ///< [C, H, W]
  Normalization normalization;    ///< the published constants
};

inline const KnownDataSet cifar10_data = {.name = "cifar10",
                                          .title = "CIFAR-10",
                                          .folder = "",
                                          .files = {cifar10_archive},
                                          .find = find_cifar10,
                                          .load = load_cifar10,
                                          .make_synthetic = [] { return make_synthetic(); },
                                          .image = {3, 32, 32},
                                          .normalization = cifar10_normalization};

inline const KnownDataSet mnist_data = {.name = "mnist",
                                        .title = "MNIST",
                                        .folder = "mnist",
                                        .files = mnist_files,
                                        .find = find_mnist,
                                        .load = load_mnist,
                                        .make_synthetic = [] { return make_synthetic_digits(); },
                                        .image = {1, 28, 28},
                                        .normalization = mnist_normalization};

}  // namespace norma
