#include "layers/network/norms.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "layers/batch_norm.h"
#include "layers/group_norm.h"
#include "layers/instance_norm.h"
#include "layers/layer_norm.h"
#include "layers/rms_norm.h"

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
      {Norm::none, "none", "No norm",
       "This network has no norms: nothing changes the output of a convolution. Watch how mean and variance "
       "drift, and how they differ from layer to layer.",
       "", [](Place) { return std::shared_ptr<Module>(); }, nullptr},
      {Norm::bn, "bn", "Batch norm",
       "Batch norm gives each channel mean 0 and variance 1 over the batch, then its weight and bias. The "
       "channels’ means become equal, except for the biases; the images of a batch keep their differences.",
       "batch_norm", [](Place p) { return layer<BatchNorm2d>(p.channels); }, each_channel},
      {Norm::ln, "ln", "Layer norm",
       "Layer norm gives each image mean 0 and variance 1 over all its channels and pixels, then a weight "
       "and a bias per channel. The images’ means become similar; the channels keep their differences.",
       "group_norm", [](Place p) { return layer<GroupNorm>(1, p.channels); }, each_image},
      {Norm::ln_chw, "ln-chw", "Layer norm, one weight per element",
       "Layer norm gives each image mean 0 and variance 1 over all its channels and pixels, then a weight "
       "and a bias per element. The images’ means become similar; the channels keep their differences.",
       "layer_norm",
       [](Place p) {
         return layer<LayerNorm>(Shape{p.channels, p.height, p.width});
       },
       each_image},
      {Norm::ln_pixel, "ln-pixel", "Layer norm over channels",
       "This layer norm gives each pixel mean 0 and variance 1 over its channels, then a weight and a bias "
       "per channel. The images’ means become similar, pixel by pixel; the channels keep their differences.",
       "layer_norm_pixel", [](Place p) { return layer<LayerNorm2d>(p.channels); },
       [](Place p, Index n, Index, Index at) { return n * p.height * p.width + at; }},
      {Norm::gn, "gn", "Group norm",
       "Group norm gives each group of channels of each image mean 0 and variance 1, then a weight and a "
       "bias per channel. The images’ means become similar; channels keep their differences within a group, "
       "and the groups lose theirs.",
       "group_norm", [](Place p) { return layer<GroupNorm>(p.groups, p.channels); },
       [](Place p, Index n, Index c, Index) { return n * p.groups + c / (p.channels / p.groups); }, true},
      {Norm::in, "in", "Instance norm",
       "Instance norm gives each channel of each image mean 0 and variance 1, then its weight and bias. "
       "The means of channels and of images become equal, except for the biases: only the pattern within a "
       "channel is left.",
       "group_norm",
       [](Place p) { return layer<InstanceNorm2d>(p.channels, InstanceNorm2dOptions{.affine = true}); },
       [](Place p, Index n, Index c, Index) { return n * p.channels + c; }},
      {Norm::rms, "rms", "RMS norm",
       "RMS norm gives each image a mean square of 1 over all its channels and pixels, then a weight per "
       "channel, and no bias. It removes no mean: the means of images and of channels stay, scaled.",
       "rms_norm", [](Place p) { return layer<RMSNorm2d>(p.channels); }, each_image, false, false},
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

Norm norm_from(const std::string& name) {
  if (const NormRow* row = find_norm(name)) return row->norm;
  fail("no norm is called '{}'; the norms are {}", name, fmt::join(norm_names(), ", "));
}

}  // namespace norma
