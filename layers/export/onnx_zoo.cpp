#include "core/autograd.h"
#include "layers/export/onnx_rows.h"
#include "layers/zoo/batch_renorm.h"
#include "layers/zoo/dynamic_tanh.h"
#include "layers/zoo/evo_norm.h"
#include "layers/zoo/filter_response_norm.h"
#include "layers/zoo/global_response_norm.h"
#include "layers/zoo/local_response_norm.h"
#include "layers/zoo/proxy_norm.h"

namespace norma::onnx {
namespace {

// A number per channel, to go with [N, C, H, W].
Value per_channel(S s, const std::string& name, const Tensor& parameter) {
  return s.constant(name, parameter.view({parameter.numel(), 1, 1}));
}

Value number(S s, const std::string& name, double value) {
  return s.constant(name, Tensor::full({1}, value));
}

// x·weight + bias, the layer's last node or, with a name, one before it.
Value scale_and_shift(S s, X x, const Tensor& weight, const Tensor& bias, const std::string& name = "") {
  const Value scaled = s.node_before("scaled", "Mul", {x, per_channel(s, "weight", weight)});
  const Values inputs = {scaled, per_channel(s, "bias", bias)};
  return name.empty() ? s.node("Add", inputs) : s.node_before(name, "Add", inputs);
}

// A 1×1 convolution that takes the mean over the channels of each group: [N, C, 1, 1] → the same, with equal
// numbers in a group.
Tensor mean_of_groups(std::int64_t c, std::int64_t groups) {
  const std::int64_t size = c / groups;
  const Tensor weight = Tensor::zeros({c, c, 1, 1});
  for (std::int64_t to = 0; to < c; ++to)
    for (std::int64_t k = 0; k < size; ++k)
      weight.data<float>()[to * c + to / size * size + k] = 1 / static_cast<float>(size);
  return weight;
}

Value root_of_mean(S s, X mean, double eps) {
  return s.node_before("root", "Sqrt", {s.node_before("plus_eps", "Add", {mean, number(s, "eps", eps)})});
}

Value filter_response(S s, const FilterResponseNorm2d& m, X x) {
  const Value squares = s.node_before("squares", "Mul", {x, x});
  const Value mean = s.node_before("mean_square", "GlobalAveragePool", {squares});
  const Value xhat = s.node_before("normalized", "Div", {x, root_of_mean(s, mean, m.eps())});
  return s.node("Max", {scale_and_shift(s, xhat, m.weight, m.bias, "shifted"), per_channel(s, "tau", m.tau)});
}

Value evo_norm(S s, const EvoNorm2dS0& m, X x) {
  const Value groups = s.constant("mean_of_groups", mean_of_groups(m.weight.numel(), m.num_groups()));
  const auto mean = [&](const std::string& name, X of) {
    const Value planes = s.node_before(name + "_of_planes", "GlobalAveragePool", {of});
    return s.node_before(name, "Conv", {planes, groups});
  };
  const Value centred = s.node_before("centred", "Sub", {x, mean("mean", x)});
  const Value variance = mean("variance", s.node_before("squares", "Mul", {centred, centred}));
  const Value gate =
      s.node_before("gate", "Sigmoid", {s.node_before("gate_in", "Mul", {x, per_channel(s, "v", m.v)})});
  const Value active = s.node_before("active", "Mul", {x, gate});
  const Value xhat = s.node_before("normalized", "Div", {active, root_of_mean(s, variance, m.eps())});
  return scale_and_shift(s, xhat, m.weight, m.bias);
}

Value global_response(S s, const GlobalResponseNorm2d& m, X x) {
  const std::int64_t c = m.weight.numel();
  const Value response = s.node_before("response", "GlobalLpPool", {x}, {{"p", 2}});
  const Value mean =
      s.node_before("mean", "Conv", {response, s.constant("mean_of_channels", mean_of_groups(c, 1))});
  const Value divisor = s.node_before("divisor", "Add", {mean, number(s, "eps", m.eps())});
  const Value share = s.node_before("share", "Div", {response, divisor});
  const Value shared = s.node_before("shared", "Mul", {x, share});
  return s.node("Add", {x, scale_and_shift(s, shared, m.weight, m.bias, "shifted")});
}

// What the proxy predicts depends on the parameters alone: two constants per channel.
Value proxy_norm(S s, const ProxyGroupNorm& m, X x) {
  const NoGrad no_grad;
  const ProxyGroupNorm::Prediction of_proxy = m.prediction();
  const Value z = s.node_before("group_norm", "GroupNormalization", s.with_parameters(x, m.weight, m.bias),
                                {{"num_groups", m.num_groups()}, {"epsilon", m.eps()}});
  const Value centred = s.node_before(
      "centred", "Sub", {s.node_before("relu", "Relu", {z}), per_channel(s, "proxy_mean", of_proxy.mean)});
  return s.node("Mul", {centred, per_channel(s, "proxy_rstd", of_proxy.rstd)});
}

Value local_response(S s, const LocalResponseNorm& m, X x) {
  const LocalResponseNormOptions& o = m.options();
  return s.node("LRN", {x}, {{"size", o.size}, {"alpha", o.alpha}, {"beta", o.beta}, {"bias", o.k}});
}

Value dynamic_tanh(S s, const DynamicTanh2d& m, X x) {
  const Value limited = s.node_before("limited", "Tanh",
                                      {s.node_before("stretched", "Mul", {x, s.constant("alpha", m.alpha)})});
  return scale_and_shift(s, limited, m.weight, m.bias);
}

}  // namespace

const std::vector<Row>& zoo_rows() {
  static const std::vector<Row> rows = {
      row<BatchRenorm2d>([](S s, const BatchRenorm2d& m, X x) { return batch_normalization(s, m, x); }),
      row<FilterResponseNorm2d>(filter_response),
      row<EvoNorm2dS0>(evo_norm),
      row<GlobalResponseNorm2d>(global_response),
      row<ProxyGroupNorm>(proxy_norm),
      row<LocalResponseNorm>(local_response),
      row<DynamicTanh2d>(dynamic_tanh),
  };
  return rows;
}

}  // namespace norma::onnx
