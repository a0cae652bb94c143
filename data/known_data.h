// The data sets that Norma knows by name: how each is found, downloaded and loaded. Another set is one more
// row in known_data.cpp, and a reader where its layout is new. The reader says what the classes are.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/loader.h"
#include "data/mirrors.h"

namespace norma {

struct KnownDataSet {
  std::string name;    ///< "mnist"
  std::string title;   ///< in sentences
  std::string folder;  ///< downloads go to DATA/folder, or to DATA itself where this is empty
  /// One file that goes to DATA itself, or several in a folder of their own; empty for the user's own images.
  std::vector<RemoteFile> files;
  std::optional<std::filesystem::path> (*find)(const std::filesystem::path& data);
  DataSplit (*load)(const std::filesystem::path& data, const LoadOptions& options);
  /// Built-in images, where there is no network; nullptr for the user's own images.
  DataSplit (*make_synthetic)(const LoadOptions& options);
  Shape image;                      ///< [C, H, W]; of rank 0 where LoadOptions::image gives it
  Normalization normalization;      ///< the published constants; empty for the user's own images
  std::int64_t classes = 0;         ///< 0 where the images say it (the user's own images)
  std::int64_t coarse_classes = 0;  ///< with Labels::coarse; 0 where the set has no coarse labels
};

/// All sets, in the order in which help texts list them.
const std::vector<KnownDataSet>& known_data_sets();
/// Throws UsageError, listing the names, where no set has that name.
const KnownDataSet& find_data_set(const std::string& name);

/// The number of classes with these labels, or 0 where only the loaded images say it. Throws UsageError where the set
/// does not have such labels.
std::int64_t classes_of(const KnownDataSet& set, Labels labels);

inline const KnownDataSet& cifar10_data = find_data_set("cifar10");
inline const KnownDataSet& mnist_data = find_data_set("mnist");

/// Loads what find_data() (data/find_data.h) chose: the set in that folder, or without a folder the built-in
/// images. Throws UsageError where the options ask for labels that the set does not have.
DataSplit load_data(const KnownDataSet& set, const std::optional<std::filesystem::path>& folder,
                    const LoadOptions& options = {});

/// The published constants of the set; where it has no such constants, those measured on `train`.
Normalization normalization_of(const KnownDataSet& set, const Dataset& train);

}  // namespace norma
