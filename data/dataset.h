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

/// What a network is trained on and what it is judged by.
struct DataSplit {
  std::string name;  ///< "cifar10", "mnist", …: the name of a row in data/known_data.cpp, or "synthetic"
  std::vector<std::string> classes;  ///< what label 0, 1, … is called
  Dataset train;
  Dataset test;
  std::string note = {};  ///< a sentence for the user, e.g. how many files were passed over; often empty
};

enum class Labels { fine, coarse };

/// What can be asked of a set, besides the folder that it lies in.
struct LoadOptions {
  /// cifar100: its 100 classes, or the 20 superclasses that they belong to.
  Labels labels = Labels::fine;
  /// folder: the [C, H, W] that images are brought to.
  Shape image = {};
  /// folder: without DIR/test, this share of the images is held out to test, drawn by the seed.
  std::optional<double> held_out_share = {};
  std::uint64_t seed = 1;
};

}  // namespace norma
