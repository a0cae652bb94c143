// Data sets: labelled images, whole in memory, as bytes. The loader turns them into normalised float batches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace norma {

struct Dataset {
  Tensor images;  ///< uint8 [N, C, H, W]
  Tensor labels;  ///< int64 [N], each an index into DataSplit::classes
};

/// A share of the images, drawn by the seed (data/loader.h, split()).
struct HeldOut {
  double share;
  std::uint64_t seed = 1;
};

/// What a network is trained on and what it is judged by.
struct DataSplit {
  std::string name;  ///< "cifar10", "mnist", …: the name of a row in data/known_data.cpp, or "synthetic"
  std::vector<std::string> classes;  ///< what label 0, 1, … is called
  Dataset train;
  Dataset test;
  std::optional<HeldOut> held_out = {};  ///< test is this share of the images to train on
  std::string note = {};  ///< a sentence for the user, e.g. how many files were passed over; often empty
};

enum class Labels { fine, coarse };

/// What can be asked of a set, besides the folder that it lies in.
struct LoadOptions {
  /// cifar100: its 100 classes, or the 20 superclasses that they belong to.
  Labels labels = Labels::fine;
  /// folder: the [C, H, W] that images are brought to.
  Shape image = {};
  /// folder: without DIR/test, this share of DIR/train is the test set.
  std::optional<HeldOut> hold_out = {};
};

}  // namespace norma
