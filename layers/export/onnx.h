// A network as ONNX, for any runtime that reads it. The file is complete: it takes pixels as they are,
//
//   images             pixel normalization            the network                            scores
//   float32      ──▶  Sub mean ──▶ Div std  ──▶  Conv ──▶ GroupNormalization ──▶ Relu ──▶ …  ──▶  float32
//   [N, C, H, W], from 0 to 1                                                                [N, classes]
//
// Nodes are called as the layers ("C1.conv"), constants as the weights ("C1.conv.weight"). Layers are written as they
// are in evaluation mode: dropout is nothing. layers/export/onnx.cpp has the table of layers and their nodes.
#pragma once

#include <string>
#include <vector>

#include "layers/export/onnx_graph.h"
#include "layers/module.h"

namespace norma {

/// What a network does not know of itself.
struct OnnxDescription {
  std::string name;                  ///< of the graph
  Shape image;                       ///< C, H, W
  std::vector<double> mean, std;     ///< normalization of pixels from 0 to 1, one number per channel
  std::vector<std::string> classes;  ///< goes into the metadata, as a JSON list; may be empty
};

struct OnnxModel {
  std::string bytes;  ///< the file
  int opset;
  std::size_t nodes;
};

/// Puts the network into evaluation mode and runs it once, for the shape of its output. Throws, naming the layer, for
/// one that has no ONNX of the same meaning here.
OnnxModel to_onnx(Module& network, const OnnxDescription& description);

}  // namespace norma
