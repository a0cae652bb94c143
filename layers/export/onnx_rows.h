// The rows of the table of layers and ONNX nodes: onnx.cpp has those of all layers, onnx_zoo.cpp those of the
// norms in layers/zoo/.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "layers/export/onnx_graph.h"
#include "layers/module.h"

namespace norma::onnx {

using Value = std::string;  // the name of a value that one node passes to another
using Values = std::vector<Value>;
using Ints = std::vector<std::int64_t>;

/// The path of a layer, and the graph that its nodes are added to.
struct Scope {
  OnnxGraph& graph;
  std::string path;

  std::string inner(const std::string& name) const { return path.empty() ? name : path + "." + name; }
  /// The layer's only node, or its last one.
  Value node(const std::string& op, const Values& inputs, const OnnxAttributes& attributes = {}) const {
    return graph.node(op, path.empty() ? "network" : path, inputs, attributes);
  }
  /// A node before it.
  Value node_before(const std::string& name, const std::string& op, const Values& inputs,
                    const OnnxAttributes& attributes = {}) const {
    return graph.node(op, inner(name), inputs, attributes);
  }
  Value constant(const std::string& name, const Tensor& value) const {
    return graph.constant(inner(name), value);
  }
  /// x and, after it, those parameters that the layer has.
  Values with_parameters(const Value& x, const Tensor& weight, const Tensor& bias) const {
    Values inputs = {x, graph.constant(inner("weight"), weight)};
    if (bias.defined()) inputs.push_back(graph.constant(inner("bias"), bias));
    return inputs;
  }
  /// x, scale and bias, which ONNX's norms always have: 1 and 0 where the layer has none.
  Values with_affine(const Value& x, const Tensor& weight, const Tensor& bias, const Shape& shape) const {
    return with_parameters(x, weight.defined() ? weight : Tensor::full(shape, 1),
                           bias.defined() ? bias : Tensor::zeros(shape));
  }
};

/// The node of a norm with running statistics.
template <class Norm>
Value batch_normalization(const Scope& s, const Norm& norm, const Value& x) {
  Values inputs = s.with_affine(x, norm.weight, norm.bias, norm.running_mean.shape());
  inputs.push_back(s.constant("running_mean", norm.running_mean));
  inputs.push_back(s.constant("running_var", norm.running_var));
  return s.node("BatchNormalization", inputs, {{"epsilon", norm.eps()}});
}

/// A row of the table: makes the nodes of a module, if it is of this type.
using Row = std::function<std::optional<Value>(const Scope&, const Module&, const Value& x)>;

template <class Layer>
Row row(Value (*nodes)(const Scope&, const Layer&, const Value& x)) {
  return [nodes](const Scope& s, const Module& module, const Value& x) -> std::optional<Value> {
    const auto* layer = dynamic_cast<const Layer*>(&module);
    return layer == nullptr ? std::nullopt : std::optional(nodes(s, *layer, x));
  };
}

using S = const Scope&;
using X = const Value&;

/// Of the norms in layers/zoo/, as primitive nodes.
const std::vector<Row>& zoo_rows();

}  // namespace norma::onnx
