#include "optim/cross_check.h"

#include <algorithm>
#include <cmath>

#include "core/autograd.h"
#include "core/random.h"
#include "layers/functional/loss.h"

namespace norma {
namespace {

/// The results of one side: the output, the gradients, and the buffers of the layer.
using Results = std::vector<NamedTensor>;

struct Call {
  std::string layer;  // its path
  std::string type;
  Tensor x;
};

// Layers without children: the layers that compute.
void collect_leaves(Module& module, std::vector<Module*>& leaves) {
  if (module.children().empty()) leaves.push_back(&module);
  for (const auto& [name, child] : module.children()) collect_leaves(*child, leaves);
}

Module& leaf_at(Module& network, const std::string& path) {
  std::vector<Module*> leaves;
  collect_leaves(network, leaves);
  for (Module* leaf : leaves)
    if (leaf->path() == path) return *leaf;
  fail("the network on the device has no layer {}", path);
}

// The input of every layer, from a pass on the CPU.
std::vector<Call> record_calls(Module& network, const Tensor& x, Tensor& scores) {
  std::vector<Call> calls;
  const NoGrad no_grad;
  const ModuleObserver observer([&](const Module& module, const Tensor& in, const Tensor&) {
    if (module.children().empty()) calls.push_back({module.path(), module.type(), in.detach().clone()});
  });
  scores = network(x);
  return calls;
}

Tensor cotangent(const Tensor& y) {
  const RandomSequence random{4711};
  Tensor dy = Tensor::empty(y.shape(), y.dtype());
  for (std::int64_t i = 0; i < dy.numel(); ++i)
    dy.data<float>()[i] = static_cast<float>(2 * random.uniform(static_cast<std::uint64_t>(i)) - 1);
  return dy.to(y.device());
}

// One layer forward and backward, on the device that it is on.
Results run_layer(Module& layer, const Tensor& input, Device device, std::uint32_t step) {
  default_generator().begin_step(step);  // the same dropout on both sides
  layer.zero_grad();
  Tensor x = input.to(device).clone().set_requires_grad();
  const Tensor y = layer(x);
  if (y.requires_grad()) y.backward(cotangent(y));
  Results results = {{"y", y.detach()}, {"dx", x.grad()}};
  for (const auto& [name, parameter] : layer.named_parameters())
    results.push_back({"d" + name, parameter.grad()});
  for (const auto& [name, tensor] : layer.state_dict())
    if (!tensor.requires_grad()) results.push_back({name, tensor});
  return results;
}

Results run_loss(const Tensor& scores, const Tensor& target, Device device) {
  Tensor x = scores.to(device).clone().set_requires_grad();
  const Tensor loss = functional::cross_entropy(x, target.to(device));
  loss.backward();
  return {{"loss", loss.detach()}, {"dx", x.grad()}};
}

// "[3, 0, 17, 5]"
std::string index_text(const Shape& shape, std::int64_t flat) {
  std::string text;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    text = fmt::format("{}{}{}", flat % shape[d], text.empty() ? "" : ", ", text);
    flat /= shape[d];
  }
  return "[" + text + "]";
}

void compare(const std::string& where, const NamedTensor& got, const NamedTensor& want, Device device,
             double tolerance) {
  if (got.tensor.defined() != want.tensor.defined())
    fail("cross-check: {} has a {} only on {}", where, got.name, got.tensor.defined() ? name(device) : "cpu");
  if (!want.tensor.defined()) return;
  if (got.tensor.shape() != want.tensor.shape())
    fail("cross-check: {} has a {} of shape {} on {} and {} on cpu", where, got.name,
         got.tensor.shape().to_string(), name(device), want.tensor.shape().to_string());
  const std::vector<double> a = got.tensor.to_vector<double>(), b = want.tensor.to_vector<double>();
  double scale = 0;
  for (const double v : b) scale = std::isfinite(v) ? std::max(scale, std::abs(v)) : scale;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same_special = (std::isnan(a[i]) && std::isnan(b[i])) || a[i] == b[i];
    if (same_special || std::abs(a[i] - b[i]) <= tolerance * scale) continue;
    fail("cross-check: {} differs: {} at {} is {} on {} and {} on cpu", where, got.name,
         index_text(want.tensor.shape(), static_cast<std::int64_t>(i)), a[i], name(device), b[i]);
  }
}

void compare_all(const std::string& where, const Results& got, const Results& want, Device device,
                 double tolerance) {
  for (std::size_t i = 0; i < want.size(); ++i) compare(where, got.at(i), want[i], device, tolerance);
}

}  // namespace

CrossCheck::CrossCheck(const MakeNetwork& make, Device device, Precision precision)
    : on_device_(make()), on_cpu_(make()), device_(device), tolerance_(cross_check_tolerance(precision)) {
  on_device_->to(device);
}

void CrossCheck::operator()(const Module& network, const Batch& batch, std::uint32_t step) {
  const std::vector<NamedTensor> state = network.state_dict();
  for (const auto& twin : {on_device_, on_cpu_})
    twin->load_state_dict(state), twin->train(network.is_training());

  Tensor scores;
  default_generator().begin_step(step);
  const std::vector<Call> calls = record_calls(*on_cpu_, batch.x.to(Device::cpu), scores);
  on_cpu_->load_state_dict(state);  // the pass above has changed running statistics
  for (const Call& call : calls)
    compare_all(fmt::format("layer {} ({}) in step {}", call.layer, call.type, step + 1),
                run_layer(leaf_at(*on_device_, call.layer), call.x, device_, step),
                run_layer(leaf_at(*on_cpu_, call.layer), call.x, Device::cpu, step), device_, tolerance_);
  compare_all(fmt::format("the loss in step {}", step + 1), run_loss(scores, batch.target, device_),
              run_loss(scores, batch.target, Device::cpu), device_, tolerance_);
  layers_ = calls.size(), ++steps_;
}

std::string CrossCheck::summary() const {
  return fmt::format(
      "{} layers and the loss agree with the cpu in {} steps, forward and backward, to {:g} of each tensor's "
      "largest value",
      layers_, steps_, tolerance_);
}

}  // namespace norma
