// Data sets: labelled images, whole in memory, as bytes. The loader turns them into normalised float batches.
#pragma once

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
  std::string name;                  ///< "cifar10", "mnist", "synthetic"
  std::vector<std::string> classes;  ///< what label 0, 1, … is called
  Dataset train;
  Dataset test;
};

}  // namespace norma
