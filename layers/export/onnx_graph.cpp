#include "layers/export/onnx_graph.h"

#include <algorithm>

namespace norma {
namespace {

constexpr int float32_type = 1;  // TensorProto.DataType

ProtobufMessage attribute(const std::string& name, std::int64_t value) {
  return ProtobufMessage().bytes(1, name).varint(3, value).varint(20, 2);
}

ProtobufMessage attribute(const std::string& name, double value) {
  return ProtobufMessage().bytes(1, name).float32(2, static_cast<float>(value)).varint(20, 1);
}

ProtobufMessage attribute(const std::string& name, const std::vector<std::int64_t>& values) {
  ProtobufMessage message;
  message.bytes(1, name);
  for (const std::int64_t value : values) message.varint(8, value);
  return message.varint(20, 7);
}

// A ValueInfoProto: float32 [N, the shape].
ProtobufMessage value_info(const std::string& name, const Shape& shape, const std::string& text) {
  ProtobufMessage dimensions;
  dimensions.message(1, ProtobufMessage().bytes(2, "N"));
  for (const std::int64_t size : shape) dimensions.message(1, ProtobufMessage().varint(1, size));
  const auto tensor = ProtobufMessage().varint(1, float32_type).message(2, dimensions);
  return ProtobufMessage().bytes(1, name).message(2, ProtobufMessage().message(1, tensor)).bytes(3, text);
}

}  // namespace

std::string OnnxGraph::constant(const std::string& name, const Tensor& value) {
  const Tensor host = value.to(Device::cpu).to(DType::float32);
  ProtobufMessage tensor;
  for (const std::int64_t size : host.shape()) tensor.varint(1, size);
  tensor.varint(2, float32_type).bytes(8, name);
  tensor.bytes(9, {static_cast<const char*>(host.raw()), host.bytes()});  // little-endian, as this machine
  constants_.push_back(std::move(tensor));
  return name;
}

std::string OnnxGraph::node(const std::string& op, const std::string& name,
                            const std::vector<std::string>& inputs, const OnnxAttributes& attributes) {
  nodes_.push_back({op, name, name, inputs, attributes});
  return name;
}

int OnnxGraph::opset() const {
  const auto new_group_norm = [](const Node& node) { return node.op == "GroupNormalization"; };
  return std::any_of(nodes_.begin(), nodes_.end(), new_group_norm) ? 21 : 17;
}

ProtobufMessage OnnxGraph::to_protobuf(const std::string& name, const Shape& image,
                                       const Shape& scores) const {
  ProtobufMessage graph;
  for (const Node& n : nodes_) {
    ProtobufMessage node;
    for (const std::string& input : n.inputs) node.bytes(1, input);
    node.bytes(2, n.output).bytes(3, n.name).bytes(4, n.op);
    for (const auto& named : n.attributes)  // Clang 16 cannot capture a structured binding here
      node.message(5, std::visit([&](const auto& v) { return attribute(named.first, v); }, named.second));
    graph.message(1, node);
  }
  graph.bytes(2, name);
  for (const ProtobufMessage& constant : constants_) graph.message(5, constant);
  graph.message(11, value_info("images", image, "pixels from 0 to 1; the graph normalises them"));
  return graph.message(12, value_info("scores", scores, "one a class, before softmax"));
}

}  // namespace norma
