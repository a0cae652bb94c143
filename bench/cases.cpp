// Which operations at which sizes. Those of c11-48096 are not written down here: its layers tell them, as one
// image runs through (once with each norm). Those of ResNet-50 are a table.
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

// Every norm of ResNet-50 (He et al. 2016, table 1, as torchvision builds it: the stride in the 3×3) sees one of
// these: channels, and the side of its square image.
constexpr std::pair<std::int64_t, std::int64_t> resnet50_norms[] = {
    {64, 112}, {64, 56},  {128, 56}, {128, 28}, {256, 56},  {256, 28},
    {256, 14}, {512, 28}, {512, 14}, {512, 7},  {1024, 14}, {2048, 7}};
constexpr std::int64_t resnet_groups = 32;  // Wu and He 2018

// Cases in the order they came; what is the same operation at the same size is one, with both names.
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
  /// Forward and backward.
  template <class MakeCase, class... Sizes>
  void both(const std::string& network, const std::string& layer, MakeCase make, const Sizes&... sizes) {
    add(network, layer, make(Direction::forward, sizes...));
    add(network, layer, make(Direction::backward, sizes...));
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

NormSize norm_size(std::int64_t batch, const Shape& x, std::int64_t groups = 1) {
  return {batch, x[1], x[2], x[3], groups};
}

Conv2dShape conv2d_shape(const Conv2d& layer, const Shape& x, std::int64_t batch) {
  const Window window = layer.window();
  return {.n = batch,
          .c = x[1],
          .h = x[2],
          .w = x[3],
          .k = layer.weight.size(0),
          .kernel_h = window.kernel.h,
          .kernel_w = window.kernel.w,
          .stride_h = window.stride.h,
          .stride_w = window.stride.w,
          .pad_h = layer.padding().h,
          .pad_w = layer.padding().w};
}

void add_conv(Cases& cases, const std::string& block, const Conv2dShape& s) {
  cases.add("c11-48096", block, conv2d_forward_case(s));
  cases.add("c11-48096", block, conv2d_backward_weight_case(s));
  if (s.c != 3)
    cases.add("c11-48096", block, conv2d_backward_data_case(s));  // no layer needs the gradient of an image
}

// What one layer's call asks for in a training step.
void add_layer(Cases& cases, const Module& layer, const Shape& x, std::int64_t batch) {
  const std::string network = "c11-48096", block = block_name(layer), type = layer.type();
  if (type == "Conv2d") {
    add_conv(cases, block, conv2d_shape(dynamic_cast<const Conv2d&>(layer), x, batch));
  } else if (type == "BatchNorm2d") {
    cases.both(network, block, batch_norm_case, norm_size(batch, x));
  } else if (type == "GroupNorm") {
    const std::int64_t groups = dynamic_cast<const GroupNorm&>(layer).num_groups();
    cases.both(network, block, group_norm_case, norm_size(batch, x, groups));
  } else if (type == "InstanceNorm2d") {
    cases.both(network, block, group_norm_case, norm_size(batch, x, x[1]));
  } else if (type == "LayerNorm") {
    cases.both(network, block, layer_norm_case, norm_size(batch, x));
  } else if (type == "LayerNorm2d") {
    cases.both(network, block, layer_norm_pixel_case, norm_size(batch, x));
  } else if (type == "ReLU") {
    cases.both(network, block, relu_case, norm_size(batch, x));
  } else if (type == "Dropout2d") {
    cases.add(network, block, dropout_case(norm_size(batch, x)));
  } else if (type == "AdaptiveAvgPool2d") {
    cases.both(network, block, global_avg_pool_case, norm_size(batch, x));
  } else if (type == "MaxPool2d") {
    const Window w = layer.window();
    const PoolShape s{batch * x[1], x[2], x[3], w.kernel.h, w.kernel.w, w.stride.h, w.stride.w};
    cases.both(network, block, max_pool2d_case, batch, s);
    cases.both("as max pooling in c11-48096", block, avg_pool2d_case, batch, s);
  }
}

void add_network(Cases& cases, Norm norm, std::int64_t batch) {
  const std::shared_ptr<Sequential> network = find_preset("c11-48096").network({.norm = norm});
  network->eval();  // one image, no dropout: sizes are all that is asked
  const NoGrad no_grad;
  Conv2dShape conv{};  // the last one
  const ModuleObserver observer([&](const Module& layer, const Tensor& in, const Tensor&) {
    if (layer.children().empty()) add_layer(cases, layer, in.shape(), batch);
    if (const auto* l = dynamic_cast<const Conv2d*>(&layer)) conv = conv2d_shape(*l, in.shape(), batch);
    if (const auto* l = dynamic_cast<const GroupNorm*>(&layer))
      cases.add("c11-48096", block_name(layer), conv2d_norm_case(conv, l->num_groups()));
  });
  (*network)(Tensor::zeros({1, 3, 32, 32}));
}

void add_resnet50_norms(Cases& cases, std::int64_t batch) {
  const std::string network = "ResNet-50";
  for (const auto& [channels, side] : resnet50_norms) {
    NormSize s{batch, channels, side, side};
    cases.both(network, "", batch_norm_case, s);
    cases.both(network, "", layer_norm_case, s);
    cases.both(network, "", layer_norm_pixel_case, s);
    for (const std::int64_t groups : {std::int64_t{1}, resnet_groups, channels}) {
      s.groups = groups;
      cases.both(network, "", group_norm_case, s);
    }
  }
}

// Loss and optimizer of c11-48096, with the sizes of all its parameters.
void add_loss_and_optimizer(Cases& cases, std::int64_t batch) {
  const std::string network = "c11-48096";
  cases.both(network, "", log_softmax_case, batch, std::int64_t{10});
  cases.both(network, "", nll_loss_case, batch, std::int64_t{10});
  cases.add(network, "", correct_count_case(batch, 10));
  cases.add(network, "", fill_case(1));  // backward begins with dloss = 1
  cases.add(network, "", fill_case(batch * 32 * 32 * 32));
  for (const NamedTensor& p : find_preset("c11-48096").network({.norm = Norm::bn})->named_parameters()) {
    const std::string layer = p.name.substr(0, p.name.find('.'));
    cases.add(network, layer, sgd_case(p.tensor.numel()));
    cases.add(network, layer, adam_case(p.tensor.numel()));
    cases.both(network, layer, abs_sum_case, p.tensor.numel());
  }
}

}  // namespace

bool runs_on(const Case& c, Device device) {
  bool available = true;  // what is no line of the table is a step of group norm
  kernels<float>.for_each([&](const auto& operation) {
    if (c.operation == operation.name) available = operation.available(device);
  });
  return available;
}

std::vector<Case> all_cases(const CaseSizes& sizes) {
  Cases cases;
  for (const Norm norm : {Norm::bn, Norm::gn, Norm::ln, Norm::in, Norm::ln_chw, Norm::ln_pixel})
    add_network(cases, norm, sizes.batch);
  add_resnet50_norms(cases, sizes.resnet_batch);
  add_loss_and_optimizer(cases, sizes.batch);
  cases.add("c11-48096", "", load_images_case({sizes.batch, 3, 32, 32}));
  // What c11-48096 has no use for, where ResNet-50 has it.
  for (const auto& [channels, side] : {std::pair{256, 56}, {512, 28}, {1024, 14}, {2048, 7}})
    cases.add("ResNet-50", "", add_case({sizes.resnet_batch, channels, side, side}));
  cases.both("ResNet-50", "", linear_case, sizes.resnet_batch, std::int64_t{2048}, std::int64_t{1000});
  return std::move(cases).sorted();
}

}  // namespace norma
