// Data sets: labelled images, whole in memory, as bytes. The loader turns them into normalised float batches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace norma {

/// The largest number of classes of a set: some tables have a row and a column for each.
inline constexpr std::size_t most_classes = 10'000;

struct Dataset {
  Tensor images;  ///< uint8 [N, C, H, W]
  Tensor labels;  ///< int64 [N], each an index into DataSplit::classes
};

/// A share of the images, drawn by the seed (data/loader.h, split()).
struct HeldOut {
  double share;
  std::uint64_t seed = 1;
};

/// The images to train on and the images to test with.
struct DataSplit {
  std::string name;  ///< "cifar10", "mnist", …: the name of a row in data/known_data.cpp, or "synthetic"
  std::vector<std::string> classes;  ///< the names of label 0, 1, …
  Dataset train;
  Dataset test;
  std::optional<HeldOut> held_out = {};  ///< set if `test` is a share of the training images
  std::string note = {};  ///< a sentence for the user, e.g. how many files were skipped; often empty
};

enum class Labels { fine, coarse };

/// How a set is loaded.
struct LoadOptions {
  /// cifar100: its 100 classes, or the 20 superclasses that they belong to.
  Labels labels = Labels::fine;
  /// folder: images are resized to this [C, H, W].
  Shape image = {};
  /// folder: without DIR/test, this share of DIR/train is the test set.
  std::optional<HeldOut> hold_out = {};
  /// The built-in images: the first ones of each set, if no more than these are needed.
  std::optional<std::int64_t> most_train = {}, most_test = {};
};

}  // namespace norma
