// The data sets that Norma knows by name: what finding, downloading and loading one takes. Another set is one more row
// in known_data.cpp, and a reader where its layout is new; its classes are what the reader says.
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
  /// One that goes to DATA itself, or any number in a folder of their own; none where the images are the user's.
  std::vector<RemoteFile> files;
  std::optional<std::filesystem::path> (*find)(const std::filesystem::path& data);
  DataSplit (*load)(const std::filesystem::path& data, const LoadOptions& options);
  /// Built-in images, where there is no network; nullptr where none can stand in.
  DataSplit (*make_synthetic)(const LoadOptions& options);
  Shape image;                  ///< [C, H, W]; of rank 0 where they are what LoadOptions::image says
  Normalization normalization;  ///< the published constants; empty where there are none
  bool coarse_labels = false;   ///< whether it has them
};

/// All of them, in the order in which they are listed to people.
const std::vector<KnownDataSet>& known_data_sets();
/// Throws UsageError, listing the names, where no set has that one.
const KnownDataSet& find_data_set(const std::string& name);

inline const KnownDataSet& cifar10_data = find_data_set("cifar10");
inline const KnownDataSet& mnist_data = find_data_set("mnist");

/// What find_data() (data/find_data.h) chose: the set in that folder, or without one the built-in images in its place.
/// Throws UsageError where the options ask for what the set does not have.
DataSplit load_data(const KnownDataSet& set, const std::optional<std::filesystem::path>& folder,
                    const LoadOptions& options = {});

/// The published constants of the set; where there are none, what measure_normalization() finds in the images.
Normalization normalization_of(const KnownDataSet& set, const Dataset& train);

}  // namespace norma
