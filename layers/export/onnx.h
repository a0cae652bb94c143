// A network as ONNX, for any runtime that reads it. The file includes the pixel normalization:
//
//   images             pixel normalization            the network                            scores
//   float32      ──▶  Sub mean ──▶ Div std  ──▶  Conv ──▶ GroupNormalization ──▶ Relu ──▶ …  ──▶  float32
//   [N, C, H, W], from 0 to 1                                                                [N, classes]
//
// Nodes have the names of the layers ("C1.conv"), constants those of the weights ("C1.conv.weight"). Layers
// are written in evaluation mode, without dropout; ONNX has no precision, so products are exact.
// layers/export/onnx.cpp has the table of layers and nodes.
#pragma once

#include <string>
#include <vector>

#include "layers/export/onnx_graph.h"
#include "layers/module.h"

namespace norma {

/// Data that is not in the network.
struct OnnxDescription {
  std::string name;                  ///< of the graph
  Shape image;                       ///< C, H, W
  std::vector<double> mean, std;     ///< normalization of pixels from 0 to 1, one number per channel
  std::vector<std::string> classes;  ///< written to the metadata as a JSON list; may be empty
};

struct OnnxModel {
  std::string bytes;  ///< the file
  int opset;
  std::size_t nodes;
};

/// Puts the network into evaluation mode and runs it once, for the shape of its output. Throws an error that
/// names the layer if a layer cannot be written as ONNX with the same meaning.
OnnxModel to_onnx(Module& network, const OnnxDescription& description);

}  // namespace norma
