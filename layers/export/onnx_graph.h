// The content of an ONNX file: nodes that name their inputs and outputs, and constants among the inputs, all
// in one protobuf message (layers/export/protobuf.h). The fields that we write, with their numbers:
//
//   ModelProto                GraphProto              NodeProto           TensorProto
//   1  ir_version             1  node, repeated       1  input, repeated  1  dims, repeated
//   2  producer_name          2  name                 2  output           2  data_type: 1 is float32
//   3  producer_version       5  initializer, rep.    3  name             8  name
//   7  graph                  11 input                4  op_type          9  raw_data
//   8  opset_import           12 output               5  attribute, rep.
//        2 version                                                        AttributeProto
//   14 metadata_props         ValueInfoProto                              1  name
//        1 key                1  name                                     2  f      20 type: 1 float,
//        2 value              2  type                                     3  i              2 int,
//                                  1 tensor_type: 1 elem_type, 2 shape    8  ints           7 ints
//                             3  doc_string                     1 dim: 1 dim_value, 2 dim_param
//
// Source: github.com/onnx/onnx, onnx/onnx.proto and docs/Operators.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/tensor.h"
#include "layers/export/protobuf.h"

namespace norma {

using OnnxAttributes = std::map<std::string, std::variant<std::int64_t, double, std::vector<std::int64_t>>>;

class OnnxGraph {
 public:
  /// Adds a constant, written as float32; returns its name.
  std::string constant(const std::string& name, const Tensor& value);
  /// Adds a node with one output, of the node's own name; returns it.
  std::string node(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
                   const OnnxAttributes& attributes = {});
  /// Gives the last node's output another name.
  void rename_output(const std::string& name) { nodes_.back().output = name; }

  std::size_t node_count() const { return nodes_.size(); }
  /// The oldest operator set that has all nodes: 17, because of LayerNormalization, or 21, because of
  /// GroupNormalization with a scale and a bias per channel (in 18 they are per group).
  int opset() const;
  /// The file's version that belongs to opset().
  int ir_version() const { return opset() == 21 ? 10 : 8; }

  /// GraphProto. `image` and `scores` are the shapes of its input "images" and its output "scores" without N.
  ProtobufMessage to_protobuf(const std::string& name, const Shape& image, const Shape& scores) const;

 private:
  struct Node {
    std::string op, name, output;
    std::vector<std::string> inputs;
    OnnxAttributes attributes;
  };
  std::vector<Node> nodes_;
  std::vector<ProtobufMessage> constants_;
};

}  // namespace norma
