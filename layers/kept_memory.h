// What a forward pass keeps for the backward pass, layer by layer, in bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layers/module.h"

namespace norma {

struct KeptRow {
  std::string path, type;  ///< "C1.norm", "GroupNorm"
  /// In use after this layer and not before it: its output and what it saved, without the input, if nothing
  /// keeps that. Negative if more was given back than taken.
  std::int64_t bytes = 0;
};

struct KeptMemory {
  std::vector<KeptRow> layers;      ///< in the order in which they run, one after the other
  std::int64_t layer_by_layer = 0;  ///< kept after all of them, without the network's output
  std::int64_t fused = 0;           ///< kept if norms compute ReLU and dropout in the same pass
  /// Kept if only the inputs of the network's children are kept, and each child runs again before its
  /// backward pass: these inputs, and the most that one child keeps.
  std::int64_t by_blocks = 0;
};

/// Runs zeros of this shape, [N, C, H, W], through the network, on the CPU, in training mode.
KeptMemory kept_memory(Module& network, const Shape& images);

}  // namespace norma
