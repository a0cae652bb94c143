#include "layers/network/builder.h"

#include "layers/dropout.h"
#include "layers/flatten.h"
#include "layers/group_norm.h"
#include "layers/pool.h"
#include "layers/relu.h"
#include "layers/residual.h"

namespace norma {

NetworkBuilder::NetworkBuilder(NetworkChoice choice, const Shape& image, const BlockStyle& style)
    : choice_(choice), style_(style), c_(image[0]), h_(image[1]), w_(image[2]) {
  if (choice.dropout) style_.dropout = *choice.dropout;
  style_.standardize = style_.standardize || choice.standardize;
}

std::shared_ptr<Module> NetworkBuilder::make_norm(const std::string& layer,
                                                  std::int64_t default_groups) const {
  const NormRow& row = row_of(choice_.norm);
  const std::int64_t groups = choice_.groups.value_or(default_groups);
  if (row.traits.grouped && (groups < 1 || c_ % groups != 0))
    fail_usage("--groups {}: layer {} has {} channels, which do not divide into {} groups; use {} there",
               groups, layer, c_, groups, possible_groups(c_));
  return row.make({c_, h_, w_, groups, choice_.ghost});
}

void NetworkBuilder::add_conv(Sequential& to, const std::string& name, std::int64_t channels,
                              std::int64_t kernel, Conv2dOptions options) {
  options.precision = choice_.precision;
  to.add(name, std::make_shared<Conv2d>(c_, channels, kernel, options));
  c_ = channels;
  h_ = (h_ + 2 * options.padding.h - kernel) / options.stride.h + 1;
  w_ = (w_ + 2 * options.padding.w - kernel) / options.stride.w + 1;
}

void NetworkBuilder::add_drop(Sequential& to, Drop drop) const {
  if (drop == Drop::none || style_.dropout <= 0) return;
  if (drop == Drop::element)
    to.add("drop", std::make_shared<Dropout>(style_.dropout));
  else
    to.add("drop", std::make_shared<Dropout2d>(style_.dropout));
}

NetworkBuilder& NetworkBuilder::block(const std::string& name, std::int64_t channels,
                                      const BlockOptions& options) {
  auto block = std::make_shared<Sequential>();
  add_conv(*block, "conv", channels, options.kernel,
           {.padding = options.padding, .bias = false, .standardize = style_.standardize});
  const auto norm = options.norm ? make_norm(name + ".norm", options.groups) : nullptr;
  const bool relu_first = options.relu_first.value_or(style_.relu_first);
  if (norm && !relu_first) block->add("norm", norm);
  if (!(norm && row_of(choice_.norm).traits.activates)) block->add("relu", std::make_shared<ReLU>());
  if (norm && relu_first) block->add("norm", norm);
  add_drop(*block, options.drop.value_or(style_.drop));
  network_->add(name, block);
  return *this;
}

NetworkBuilder& NetworkBuilder::conv(const std::string& name, std::int64_t channels,
                                     const BareConvOptions& options) {
  add_conv(*network_, name, channels, options.kernel, {.stride = options.stride, .bias = options.bias});
  return *this;
}

NetworkBuilder& NetworkBuilder::residual(const std::string& name,
                                         const std::function<void(NetworkBuilder&)>& body) {
  NetworkBuilder inner(choice_, {c_, h_, w_}, style_);
  body(inner);
  if (inner.c_ != c_ || inner.h_ != h_ || inner.w_ != w_)
    fail("the body of {} makes {}×{}×{} of {}×{}×{}; a residual addition needs them equal", name, inner.c_,
         inner.h_, inner.w_, c_, h_, w_);
  network_->add(name, std::make_shared<Residual>(inner.build()));
  return *this;
}

NetworkBuilder& NetworkBuilder::relu(const std::string& name) {
  network_->add(name, std::make_shared<ReLU>());
  return *this;
}

NetworkBuilder& NetworkBuilder::dropout(const std::string& name) {
  if (style_.dropout > 0) network_->add(name, std::make_shared<Dropout>(style_.dropout));
  return *this;
}

NetworkBuilder& NetworkBuilder::max_pool(const std::string& name, std::int64_t size) {
  network_->add(name, std::make_shared<MaxPool2d>(size));
  h_ /= size;
  w_ /= size;
  return *this;
}

NetworkBuilder& NetworkBuilder::avg_pool(const std::string& name, std::int64_t size) {
  network_->add(name, std::make_shared<AvgPool2d>(size));
  h_ /= size;
  w_ /= size;
  return *this;
}

NetworkBuilder& NetworkBuilder::global_avg_pool(const std::string& name) {
  network_->add(name, std::make_shared<AdaptiveAvgPool2d>(1));
  h_ = w_ = 1;
  return *this;
}

NetworkBuilder& NetworkBuilder::flatten(const std::string& name) {
  network_->add(name, std::make_shared<Flatten>());
  return *this;
}

}  // namespace norma
