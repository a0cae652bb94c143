// The data sets that Norma knows by name: how each is found, downloaded and loaded. To add a set, add a row
// to known_data.cpp, and a reader if its layout is new. The reader gives the names of the classes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/loader.h"
#include "data/mirrors.h"

namespace norma {

/// The sums of all pixel values of a set, which do not depend on the order of its images.
struct PixelSums {
  std::uint64_t train = 0, test = 0;
  bool operator==(const PixelSums&) const = default;
};

struct KnownDataSet {
  std::string name;    ///< "mnist"
  std::string title;   ///< the name in messages
  std::string folder;  ///< downloads go to DATA/folder, or to DATA itself if this is empty
  /// One file that goes to DATA itself, or several in a folder of their own; empty for the user's own images.
  std::vector<RemoteFile> files;
  std::optional<std::filesystem::path> (*find)(const std::filesystem::path& data);
  DataSplit (*load)(const std::filesystem::path& data, const LoadOptions& options);
  /// Makes the built-in images, for use without a network; nullptr for the user's own images.
  DataSplit (*make_synthetic)(Labels labels, std::int64_t train_images, std::int64_t test_images);
  std::int64_t synthetic_train_images = 8000, synthetic_test_images = 2000;
  Shape image;                      ///< [C, H, W]; of rank 0 if LoadOptions::image gives it
  Normalization normalization;      ///< the published constants; empty for the user's own images
  std::optional<PixelSums> sums;    ///< of the official images, if Norma knows them
  std::int64_t train_images = 0;    ///< of the official images
  std::int64_t classes = 0;         ///< 0 for the user's own images, whose folders give the number
  std::int64_t coarse_classes = 0;  ///< with Labels::coarse; 0 if the set has no coarse labels
};

/// All sets, in the order in which help texts list them.
const std::vector<KnownDataSet>& known_data_sets();
/// Throws a UsageError that lists the names if no set has that name.
const KnownDataSet& find_data_set(const std::string& name);

/// The number of classes with these labels, or 0 if it is known only after loading. Throws UsageError if the
/// set does not have such labels.
std::int64_t classes_of(const KnownDataSet& set, Labels labels);

inline const KnownDataSet& cifar10_data = find_data_set("cifar10");
inline const KnownDataSet& mnist_data = find_data_set("mnist");

/// Loads the images that find_data() (data/find_data.h) chose: the set in that folder, or the built-in images
/// if there is no folder. If the images are not the official ones, DataSplit::note says so. Throws UsageError
/// if the options ask for labels that the set does not have.
DataSplit load_data(const KnownDataSet& set, const std::optional<std::filesystem::path>& folder,
                    const LoadOptions& options = {});

/// The published constants of the set, or constants measured on `train` if the set has none.
Normalization normalization_of(const KnownDataSet& set, const Dataset& train);

}  // namespace norma
