// The table of torchsummary for PyTorch, with two more columns: receptive field and multiply-adds.
#pragma once

#include <string>
#include <vector>

#include "layers/module.h"

namespace norma {

struct LayerRow {
  std::string name;                  ///< type and number: "Conv2d-1"
  std::string path;                  ///< "C1.conv"
  Shape output;                      ///< for a batch of one
  std::int64_t parameters = 0;       ///< a shared parameter counts at its first layer
  std::int64_t receptive_field = 1;  ///< pixels of the input, along the longer side
  std::int64_t multiply_adds = 0;    ///< for one image
};

struct Summary {
  Shape input;
  std::vector<LayerRow> layers;
  std::int64_t parameters = 0;
  /// Of batch norms: which statistics they use, and whether they update the running ones.
  std::vector<std::string> notes = {};

  std::int64_t multiply_adds() const;
  std::string to_string() const;
};

/// Runs one image of the given [C, H, W] through the network in evaluation mode. As in torchsummary every
/// module is a row but the network itself and the Sequentials.
Summary summarize(Module& network, const Shape& image);

/// "48,096"
std::string with_commas(std::int64_t number);

}  // namespace norma
