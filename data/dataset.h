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
  std::string name;  ///< "cifar10", "mnist", …: a row's of data/known_data.h, or "synthetic"
  std::vector<std::string> classes;  ///< what label 0, 1, … is called
  Dataset train;
  Dataset test;
  std::string note = {};  ///< a sentence that the person should see, e.g. what was passed over; mostly empty
};

enum class Labels { fine, coarse };

/// What a set can be asked for beside the folder that it lies in.
struct LoadOptions {
  Labels labels = Labels::fine;  ///< cifar100: its 100 classes, or the 20 superclasses that they belong to
  Shape image = {};              ///< folder: the [C, H, W] that images are brought to
  std::optional<double> held_out_share =
      {};                  ///< folder: of the training images, to test where there is no DIR/test
  std::uint64_t seed = 1;  ///< folder: draws which those are
};

}  // namespace norma
