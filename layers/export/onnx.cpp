#include "layers/export/onnx.h"

#include <nlohmann/json.hpp>

#include "core/autograd.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/export/onnx_rows.h"
#include "layers/flatten.h"
#include "layers/group_norm.h"
#include "layers/identity.h"
#include "layers/instance_norm.h"
#include "layers/layer_norm.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "layers/relu.h"
#include "layers/residual.h"
#include "layers/rms_norm.h"
#include "layers/sequential.h"

namespace norma {

using namespace onnx;

namespace {

Value nodes_of(OnnxGraph& graph, const std::string& path, const Module& module, const Value& x);

OnnxAttributes window(const Window& window, Size2 padding) {
  return {{"kernel_shape", Ints{window.kernel.h, window.kernel.w}},
          {"strides", Ints{window.stride.h, window.stride.w}},
          {"pads", Ints{padding.h, padding.w, padding.h, padding.w}}};
}

template <class Pool>
OnnxAttributes pool_window(const Scope& s, const Pool& pool) {
  if (pool.options().ceil_mode)
    fail("layer {} ({}): in ONNX, ceil_mode counts windows differently; use padding so that they fit", s.path,
         pool.type());
  return window(pool.window(), pool.options().padding);
}

// ---- The table: layer → node(s) ---------------------------------------------------------------------------

const std::vector<Row>& table() {
  static const std::vector<Row> rows = {
      row<Sequential>([](S s, const Sequential& m, X x) {
        Value y = x;
        for (const auto& [name, child] : m.children()) y = nodes_of(s.graph, s.inner(name), *child, y);
        return y;
      }),
      row<Residual>([](S s, const Residual& m, X x) {
        const auto& [name, body] = m.children().front();
        return s.node("Add", {x, nodes_of(s.graph, s.inner(name), *body, x)});
      }),

      row<Conv2d>([](S s, const Conv2d& m, X x) {
        const Conv2dOptions& options = m.options();
        OnnxAttributes attributes = window({m.kernel_size(), options.stride}, options.padding);
        attributes["dilations"] = Ints{options.dilation.h, options.dilation.w};
        attributes["group"] = options.groups;
        return s.node("Conv", s.with_parameters(x, m.filters(), m.bias), attributes);
      }),
      row<Linear>([](S s, const Linear& m, X x) {
        return s.node("Gemm", s.with_parameters(x, m.weight, m.bias), {{"transB", 1}});
      }),

      row<BatchNorm2d>([](S s, const BatchNorm2d& m, X x) {
        if (!m.running_mean.defined())
          fail("layer {} (BatchNorm2d): ONNX has no batch norm without running statistics", s.path);
        return batch_normalization(s, m, x);
      }),
      row<GroupNorm>([](S s, const GroupNorm& m, X x) {
        return s.node("GroupNormalization", s.with_affine(x, m.weight, m.bias, {m.num_channels()}),
                      {{"num_groups", m.num_groups()}, {"epsilon", m.eps()}});
      }),
      row<LayerNorm>([](S s, const LayerNorm& m, X x) {
        return s.node("LayerNormalization", s.with_affine(x, m.weight, m.bias, m.normalized_shape()),
                      {{"axis", -std::int64_t{m.normalized_shape().rank()}}, {"epsilon", m.eps()}});
      }),
      row<LayerNorm2d>([](S s, const LayerNorm2d& m, X x) {  // ONNX normalises over the last sizes alone
        const Value turned = s.node_before("channels_last", "Transpose", {x}, {{"perm", Ints{0, 2, 3, 1}}});
        const Value y = s.node_before("normalized", "LayerNormalization",
                                      s.with_affine(turned, m.weight, m.bias, {m.num_channels()}),
                                      {{"axis", -1}, {"epsilon", m.eps()}});
        return s.node("Transpose", {y}, {{"perm", Ints{0, 3, 1, 2}}});
      }),
      row<InstanceNorm2d>([](S s, const InstanceNorm2d& m, X x) {
        if (m.running_mean.defined()) return batch_normalization(s, m, x);
        return s.node("InstanceNormalization", s.with_affine(x, m.weight, m.bias, {m.num_features()}),
                      {{"epsilon", m.eps()}});
      }),
      row<RMSNorm2d>([](S s, const RMSNorm2d& m,
                        X x) {  // ONNX has none before operator set 23, and that has no weight [C]
        const std::int64_t c = m.num_channels();
        const Value squares = s.node_before("squares", "Mul", {x, x});
        const Value of_channels = s.node_before("mean_of_pixels", "GlobalAveragePool", {squares});
        const Value share =
            s.constant("share_of_channel", Tensor::full({1, c, 1, 1}, 1 / static_cast<double>(c)));
        const Value mean = s.node_before("mean", "Conv", {of_channels, share});
        const Value shifted =
            s.node_before("mean_plus_eps", "Add", {mean, s.constant("eps", Tensor::full({1}, m.eps()))});
        const Value rms = s.node_before("rms", "Sqrt", {shifted});
        const Value xhat =
            m.weight.defined() ? s.node_before("normalized", "Div", {x, rms}) : s.node("Div", {x, rms});
        if (!m.weight.defined()) return xhat;
        return s.node("Mul", {xhat, s.constant("weight", m.weight.view({c, 1, 1}))});
      }),

      row<MaxPool2d>([](S s, const MaxPool2d& m, X x) { return s.node("MaxPool", {x}, pool_window(s, m)); }),
      row<AvgPool2d>([](S s, const AvgPool2d& m, X x) {
        OnnxAttributes attributes = pool_window(s, m);
        attributes["count_include_pad"] = std::int64_t{m.options().count_include_pad};
        return s.node("AveragePool", {x}, attributes);
      }),
      row<AdaptiveAvgPool2d>(
          [](S s, const AdaptiveAvgPool2d&, X x) { return s.node("GlobalAveragePool", {x}); }),

      row<ReLU>([](S s, const ReLU&, X x) { return s.node("Relu", {x}); }),
      row<Flatten>([](S s, const Flatten&, X x) {
        return s.node("Flatten", {x}, {{"axis", 1}});
      }),
      row<Identity>([](S, const Identity&, X x) { return x; }),
      row<Dropout>([](S, const Dropout&, X x) { return x; }),
      row<Dropout2d>([](S, const Dropout2d&, X x) { return x; }),
  };
  return rows;
}

Value nodes_of(OnnxGraph& graph, const std::string& path, const Module& module, const Value& x) {
  for (const std::vector<Row>* rows : {&table(), &zoo_rows()})
    for (const Row& row : *rows)
      if (const std::optional<Value> y = row({graph, path}, module, x)) return *y;
  fail("layer {} ({}) has no row in the table of layers and ONNX nodes (layers/export/onnx.cpp)", path,
       module.type());
}

// One number per channel, to go with [N, C, H, W].
Tensor per_channel(const std::vector<double>& numbers) {
  return Tensor::from(numbers, {static_cast<std::int64_t>(numbers.size()), 1, 1});
}

}  // namespace

OnnxModel to_onnx(Module& network, const OnnxDescription& d) {
  const NoGrad no_grad;
  network.eval();
  const Tensor scores = network(Tensor::zeros({1, d.image[0], d.image[1], d.image[2]}));

  OnnxGraph graph;
  const Value mean = graph.constant("images.mean", per_channel(d.mean));
  const Value deviation = graph.constant("images.std", per_channel(d.std));
  const Value centred = graph.node("Sub", "images.centred", {"images", mean});
  nodes_of(graph, "", network, graph.node("Div", "images.normalized", {centred, deviation}));
  graph.rename_output("scores");

  ProtobufMessage model;
  model.varint(1, graph.ir_version()).bytes(2, "norma").bytes(3, NORMA_VERSION);
  model.message(7, graph.to_protobuf(d.name, d.image, Shape(std::span(scores.shape()).subspan(1))));
  model.message(8, ProtobufMessage().bytes(1, "").varint(2, graph.opset()));
  if (!d.classes.empty())
    model.message(14, ProtobufMessage().bytes(1, "classes").bytes(2, nlohmann::json(d.classes).dump()));
  return {model.wire(), graph.opset(), graph.node_count()};
}

}  // namespace norma
