#include "layers/network/norms.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "layers/batch_norm.h"
#include "layers/group_norm.h"
#include "layers/instance_norm.h"
#include "layers/layer_norm.h"
#include "layers/rms_norm.h"
#include "layers/zoo/batch_renorm.h"
#include "layers/zoo/dynamic_tanh.h"
#include "layers/zoo/evo_norm.h"
#include "layers/zoo/filter_response_norm.h"
#include "layers/zoo/global_response_norm.h"
#include "layers/zoo/local_response_norm.h"
#include "layers/zoo/proxy_norm.h"

namespace norma {
namespace {

using Place = const NormPlace&;

template <class Layer, class... Arguments>
std::shared_ptr<Module> layer(const Arguments&... arguments) {
  return std::make_shared<Layer>(arguments...);
}

using Index = std::int64_t;
Index each_channel(Place, Index, Index c, Index) { return c; }
Index each_image(Place, Index n, Index, Index) { return n; }

}  // namespace

const std::vector<NormRow>& all_norms() {
  static const std::vector<NormRow> rows = {
      {Norm::none,
       "none",
       "No norm",
       "This network has no norms: nothing changes the output of a convolution. Watch how mean and variance "
       "drift, and how they differ from layer to layer.",
       "",
       [](Place) { return std::shared_ptr<Module>(); },
       nullptr,
       {.normalizes = false}},
      {Norm::bn,
       "bn",
       "Batch norm",
       "Batch norm gives each channel mean 0 and variance 1 over the batch, then its weight and bias. The "
       "channels’ means become equal, except for the biases; the images of a batch keep their differences.",
       "batch_norm",
       [](Place p) { return layer<BatchNorm2d>(p.channels, BatchNorm2dOptions{.ghost = p.ghost}); },
       each_channel,
       {.ghosts = true, .local = true, .exercise = 24}},
      {Norm::ln,
       "ln",
       "Layer norm",
       "Layer norm gives each image mean 0 and variance 1 over all its channels and pixels, then a weight "
       "and a bias per channel. The images’ means become similar; the channels keep their differences.",
       "group_norm",
       [](Place p) { return layer<GroupNorm>(1, p.channels); },
       each_image,
       {.exercise = 5}},
      {Norm::ln_chw,
       "ln-chw",
       "Layer norm, one weight per element",
       "Layer norm gives each image mean 0 and variance 1 over all its channels and pixels, then a weight "
       "and a bias per element. The images’ means become similar; the channels keep their differences.",
       "layer_norm",
       [](Place p) {
         return layer<LayerNorm>(Shape{p.channels, p.height, p.width});
       },
       each_image,
       {.exercise = 3}},
      {Norm::ln_pixel,
       "ln-pixel",
       "Layer norm over channels",
       "This layer norm gives each pixel mean 0 and variance 1 over its channels, then a weight and a bias "
       "per channel. The images’ means become similar, pixel by pixel; the channels keep their differences.",
       "layer_norm_pixel",
       [](Place p) { return layer<LayerNorm2d>(p.channels); },
       [](Place p, Index n, Index, Index at) { return n * p.height * p.width + at; },
       {.exercise = 4}},
      {Norm::gn,
       "gn",
       "Group norm",
       "Group norm gives each group of channels of each image mean 0 and variance 1, then a weight and a "
       "bias per channel. The images’ means become similar; channels keep their differences within a group, "
       "and the groups lose theirs.",
       "group_norm",
       [](Place p) { return layer<GroupNorm>(p.groups, p.channels); },
       [](Place p, Index n, Index c, Index) { return n * p.groups + c / (p.channels / p.groups); },
       {.grouped = true, .exercise = 5}},
      {Norm::in,
       "in",
       "Instance norm",
       "Instance norm gives each channel of each image mean 0 and variance 1, then its weight and bias. "
       "The means of channels and of images become equal, except for the biases: only the pattern within a "
       "channel is left.",
       "group_norm",
       [](Place p) { return layer<InstanceNorm2d>(p.channels, InstanceNorm2dOptions{.affine = true}); },
       [](Place p, Index n, Index c, Index) { return n * p.channels + c; },
       {.exercise = 5}},
      {Norm::rms,
       "rms",
       "RMS norm",
       "RMS norm gives each image a mean square of 1 over all its channels and pixels, then a weight per "
       "channel, and no bias. It removes no mean: the means of images and of channels stay, scaled.",
       "rms_norm",
       [](Place p) { return layer<RMSNorm2d>(p.channels); },
       each_image,
       {.centred = false}},
      {Norm::brn, "brn", "Batch renorm",
       "Batch renorm is batch norm whose result in training is corrected towards what evaluation will "
       "compute, "
       "within limits that grow. The channels’ means become nearly equal, except for the biases.",
       "", [](Place p) { return layer<BatchRenorm2d>(p.channels); }, nullptr},
      {Norm::frn,
       "frn",
       "Filter response norm with TLU",
       "Filter response norm gives each channel of each image a mean square of 1, then a weight and a bias, "
       "and "
       "limits it below by a threshold per channel, in place of ReLU. It removes no mean.",
       "",
       [](Place p) { return layer<FilterResponseNorm2d>(p.channels); },
       nullptr,
       {.activates = true}},
      {Norm::evonorm_s0,
       "evonorm-s0",
       "EvoNorm-S0",
       "EvoNorm-S0 divides x·sigmoid(v·x) by the deviation of x over a group of channels of the image, then "
       "a "
       "weight and a bias. It is norm and activation at once; the mean is not removed.",
       "",
       [](Place p) { return layer<EvoNorm2dS0>(p.groups, p.channels); },
       nullptr,
       {.grouped = true, .activates = true}},
      {Norm::grn,
       "grn",
       "Global response norm",
       "Global response norm adds to x its product with the channel’s share of the response of all channels "
       "of "
       "the image. Strong channels grow; nothing gets mean 0 or variance 1.",
       "",
       [](Place p) { return layer<GlobalResponseNorm2d>(p.channels); },
       nullptr,
       {.normalizes = false}},
      {Norm::ln_pn,
       "ln-pn",
       "Layer norm with proxy norm",
       "Layer norm and ReLU, from which the mean and the deviation that a normal distribution predicts for "
       "each "
       "channel are removed. The channels become similar, as after batch norm, without other images.",
       "",
       [](Place p) { return layer<ProxyGroupNorm>(1, p.channels); },
       nullptr,
       {.activates = true}},
      {Norm::gn_pn,
       "gn-pn",
       "Group norm with proxy norm",
       "Group norm and ReLU, from which the mean and the deviation that a normal distribution predicts for "
       "each "
       "channel are removed. The channels become similar, as after batch norm, without other images.",
       "",
       [](Place p) { return layer<ProxyGroupNorm>(p.groups, p.channels); },
       nullptr,
       {.grouped = true, .activates = true}},
      {Norm::lrn,
       "lrn",
       "Local response norm",
       "Local response norm divides each number by a power of the mean square of the channels around it. "
       "With "
       "the usual constants that is nearly 1: watch how mean and variance drift.",
       "",
       [](Place p) { return layer<LocalResponseNorm>(p.channels); },
       nullptr,
       {.normalizes = false}},
      {Norm::dyt, "dyt", "Dynamic tanh",
       "Dynamic tanh limits every number by tanh(α·x), then a weight and a bias per channel. It has no "
       "statistics: means stay as they are, and only large numbers become smaller.",
       "", [](Place p) { return layer<DynamicTanh2d>(p.channels); }, nullptr},
  };
  return rows;
}

const NormRow& row_of(Norm norm) { return all_norms()[static_cast<std::size_t>(norm)]; }

const NormRow* find_norm(const std::string& name) {
  const auto found = std::find_if(all_norms().begin(), all_norms().end(),
                                  [&](const NormRow& row) { return row.name == name; });
  return found == all_norms().end() ? nullptr : &*found;
}

const std::string& name(Norm norm) { return row_of(norm).name; }

std::vector<std::string> norm_names() {
  std::vector<std::string> names;
  for (const NormRow& row : all_norms()) names.push_back(row.name);
  return names;
}

std::string norm_label(const std::string& name, std::optional<std::int64_t> groups, std::int64_t ghost,
                       bool standardize, Precision precision) {
  return name + (groups ? std::to_string(*groups) : "") + (ghost > 0 ? fmt::format("-ghost{}", ghost) : "") +
         (standardize ? "-standardized" : "") +
         (precision != Precision::exact ? "-" + norma::name(precision) : "");
}

Norm norm_from(const std::string& name) {
  if (const NormRow* row = find_norm(name)) return row->norm;
  fail("no norm is called '{}'; the norms are {}", name, fmt::join(norm_names(), ", "));
}

}  // namespace norma
