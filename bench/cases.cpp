// Lists the operations and their sizes. Those of c11-48096 are found by running one image through it, once
// with each norm. Those of ResNet-50 are a table.
#include <algorithm>
#include <map>
#include <utility>

#include "bench/sizes.h"
#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/conv2d.h"
#include "layers/group_norm.h"
#include "optim/presets.h"

namespace norma {
namespace {

// The inputs of all norms of ResNet-50 (He et al. 2016, table 1; as in torchvision, the stride is in the 3×3
// convolution): channels, and the side of the square image.
constexpr std::pair<std::int64_t, std::int64_t> resnet50_norms[] = {
    {64, 112}, {64, 56},  {128, 56}, {128, 28}, {256, 56},  {256, 28},
    {256, 14}, {512, 28}, {512, 14}, {512, 7},  {1024, 14}, {2048, 7}};
constexpr std::int64_t resnet_groups = 32;  // Wu and He 2018

// Cases in the order of add(). The same operation at the same size is one case, with both names.
class Cases {
 public:
  void add(const std::string& network, const std::string& layer, Case c) {
    const auto [at, is_new] = index_.try_emplace(c.operation + " " + c.size, cases_.size());
    if (is_new) cases_.push_back(std::move(c));
    std::string& where = cases_[at->second].where;
    if (const std::string named = " " + where + " "; named.find(" " + network + " ") == std::string::npos)
      where += (where.empty() ? "" : ", ") + network;
    if (!layer.empty() && (" " + where + " ").find(" " + layer + " ") == std::string::npos)
      where += " " + layer;
  }
  void add(const std::string& network, const std::string& layer, const std::string& operation,
           const ExampleSetting& setting) {
    add(network, layer, case_of(operation, setting));
  }
  /// Forward and backward.
  void both(const std::string& network, const std::string& layer, const std::string& operation,
            const ExampleSetting& setting) {
    add(network, layer, operation + "_forward", setting);
    add(network, layer, operation + "_backward", setting);
  }
  /// In the order of kernels/table.h.
  std::vector<Case> sorted() && {
    std::map<std::string, int> line;
    kernels<float>.for_each([&](const auto& operation) { line.emplace(operation.name, line.size()); });
    std::stable_sort(cases_.begin(), cases_.end(), [&](const Case& a, const Case& b) {
      return line.at(a.operation) < line.at(b.operation);
    });
    return std::move(cases_);
  }

 private:
  std::vector<Case> cases_;
  std::map<std::string, std::size_t> index_;
};

// "C1" of "C1.conv"
std::string block_name(const Module& module) {
  const std::string path = module.path();
  return path.substr(0, path.find('.'));
}

ExampleSetting images(std::int64_t batch, const Shape& x, std::int64_t groups = 1) {
  return {.shape = {{batch, x[1], x[2], x[3]}}, .groups = groups};
}

ExampleSetting rows(std::int64_t n, std::int64_t classes) {
  return {.shape = {{n, classes, 1, 1}}, .label_smoothing = 0};
}

ExampleSetting flat(std::int64_t count) { return {.shape = {{1, count, 1, 1}}}; }

ExampleSetting convolution(const Conv2d& layer, std::int64_t batch, const Shape& x) {
  const Window window = layer.window();  // the windows of this network are square
  ExampleSetting s = images(batch, x);
  s.out_channels = layer.weight.size(0), s.conv_bias = false;
  s.kernel = window.kernel.h, s.stride = window.stride.h, s.padding = layer.padding().h;
  return s;
}

void add_conv(Cases& cases, const std::string& block, const ExampleSetting& s) {
  cases.add("c11-48096", block, "conv2d_forward", s);
  cases.add("c11-48096", block, "conv2d_backward_weight", s);
  if ((*s.shape)[1] != 3)  // the gradient of the input images is not needed
    cases.add("c11-48096", block, "conv2d_backward_data", s);
}

// Adds the operations of one layer in a training step.
void add_layer(Cases& cases, Norm norm, const Module& layer, const Shape& x, std::int64_t batch) {
  const std::string network = "c11-48096", block = block_name(layer), type = layer.type();
  if (type == "Conv2d") {
    add_conv(cases, block, convolution(dynamic_cast<const Conv2d&>(layer), batch, x));
  } else if (dynamic_cast<const NormLayer*>(&layer) != nullptr) {
    const auto* group_norm = dynamic_cast<const GroupNorm*>(&layer);  // instance norm has a group per channel
    cases.both(network, block, row_of(norm).operation,
               images(batch, x, group_norm != nullptr ? group_norm->num_groups() : x[1]));
  } else if (type == "ReLU") {
    cases.both(network, block, "relu", images(batch, x));
  } else if (type == "Dropout2d") {
    ExampleSetting s = images(batch, x);
    s.p = 0.05, s.channels = true;
    cases.add(network, block, "dropout", s);  // its backward is the same call
  } else if (type == "AdaptiveAvgPool2d") {
    cases.both(network, block, "global_avg_pool", images(batch, x));
  } else if (type == "MaxPool2d") {
    ExampleSetting s = images(batch, x);
    s.kernel = layer.window().kernel.h, s.stride = layer.window().stride.h;
    cases.both(network, block, "max_pool2d", s);
    cases.add("as second derivatives of c11-48096", block, "max_pool2d_gather", s);
    cases.both("as max pooling in c11-48096", block, "avg_pool2d", s);
  }
}

void add_network(Cases& cases, Norm norm, std::int64_t batch) {
  const std::shared_ptr<Sequential> network = find_preset("c11-48096").network({.norm = norm});
  network->eval();  // one image, no dropout: only the sizes are needed
  const NoGrad no_grad;
  ExampleSetting conv;  // the last convolution
  const ModuleObserver observer([&](const Module& layer, const Tensor& in, const Tensor&) {
    if (layer.children().empty()) add_layer(cases, norm, layer, in.shape(), batch);
    if (const auto* l = dynamic_cast<const Conv2d*>(&layer)) conv = convolution(*l, batch, in.shape());
    if (const auto* l = dynamic_cast<const GroupNorm*>(&layer)) {
      conv.groups = l->num_groups();
      cases.add("c11-48096", block_name(layer), "conv2d_norm_forward", conv);
    }
  });
  (*network)(Tensor::zeros({1, 3, 32, 32}));
}

void add_resnet50_norms(Cases& cases, std::int64_t batch) {
  const std::string network = "ResNet-50";
  for (const auto& [channels, side] : resnet50_norms) {
    const Shape x{batch, channels, side, side};
    for (const NormRow& row : all_norms())
      if (!row.operation.empty() && row.operation != "group_norm")
        cases.both(network, "", row.operation, images(batch, x));
    for (const std::int64_t groups : {std::int64_t{1}, resnet_groups, channels})
      cases.both(network, "", "group_norm", images(batch, x, groups));
  }
}

// Loss and optimizer of c11-48096, at the sizes of all its parameters.
void add_loss_and_optimizer(Cases& cases, std::int64_t batch) {
  const std::string network = "c11-48096";
  cases.both(network, "", "log_softmax", rows(batch, 10));
  cases.both(network, "", "nll_loss", rows(batch, 10));
  cases.add(network, "", "correct_count", rows(batch, 10));
  cases.add(network, "", "fill", flat(1));  // backward begins with dloss = 1
  cases.add(network, "", "fill", flat(batch * 32 * 32 * 32));
  for (const NamedTensor& p : find_preset("c11-48096").network({.norm = Norm::bn})->named_parameters()) {
    const std::string layer = p.name.substr(0, p.name.find('.'));
    cases.add(network, layer, "sgd_step", flat(p.tensor.numel()));
    cases.add(network, layer, "adam_step", flat(p.tensor.numel()));
    cases.both(network, layer, "abs_sum", flat(p.tensor.numel()));
  }
}

}  // namespace

bool runs_on(const Case& c, Device device) {
  for (const Example& e : examples())
    if (c.operation == e.operation) return e.available(device);
  return true;  // a step of group norm
}

std::vector<Case> all_cases(const CaseSizes& sizes) {
  Cases cases;
  for (const NormRow& row : all_norms())
    if (row.norm == Norm::none || !row.operation.empty()) add_network(cases, row.norm, sizes.batch);
  // What the norms without an operation are made of, on the first images of c11-48096.
  const ExampleSetting first = images(sizes.batch, {sizes.batch, 32, 32, 32});
  cases.both("norms of arithmetic", "", "unary", first);
  cases.add("norms of arithmetic", "", "combine", first);
  cases.add("norms of arithmetic", "", "sum", first);
  add_resnet50_norms(cases, sizes.resnet_batch);
  add_loss_and_optimizer(cases, sizes.batch);
  ExampleSetting photos = images(sizes.batch, {sizes.batch, 3, 32, 32});
  photos.padding = 4;
  cases.add("c11-48096", "", "load_images", photos);
  cases.add("c11-48096", "", "begin_step", rows(sizes.batch, 1));
  cases.add("c11-48096", "", "keep_score", rows(1, 1));
  // Operations of ResNet-50 that c11-48096 does not use.
  const std::int64_t n = sizes.resnet_batch;
  for (const auto& [channels, side] : {std::pair{256, 56}, {512, 28}, {1024, 14}, {2048, 7}})
    cases.add("ResNet-50", "", "add", images(n, {n, channels, side, side}));
  ExampleSetting classifier = rows(n, 2048);
  classifier.out_channels = 1000;
  cases.both("ResNet-50", "", "linear", classifier);
  // Depthwise convolutions of MobileNet.
  for (const auto& [channels, side] : {std::pair{128, 56}, {512, 14}}) {
    ExampleSetting depthwise = images(n, {n, channels, side, side});
    depthwise.conv_groups = depthwise.out_channels.emplace(channels), depthwise.conv_bias = false;
    depthwise.kernel = 3, depthwise.stride = 1, depthwise.padding = 1;
    for (const char* operation : {"conv2d_forward", "conv2d_backward_data", "conv2d_backward_weight"})
      cases.add("MobileNet", "depthwise", operation, depthwise);
  }
  return std::move(cases).sorted();
}

}  // namespace norma
