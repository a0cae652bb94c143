#include "optim/norm_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/parallel.h"
#include "layers/conv2d.h"
#include "layers/functional/loss.h"
#include "layers/norm_layer.h"

namespace norma {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

double length_of(const Tensor& t) {
  if (!t.defined()) return 0;
  double sum = 0;
  for (const double v : t.to_vector<double>()) sum += v * v;
  return std::sqrt(sum);
}

ParameterStatistics statistics_of(const Module& layer, const NamedTensor& parameter) {
  return {layer.path() + "." + parameter.name, length_of(parameter.tensor),
          length_of(parameter.tensor.grad())};
}

bool has_norms(const Module& module) {
  if (dynamic_cast<const NormLayer*>(&module) != nullptr) return true;
  for (const auto& [name, child] : module.children())
    if (has_norms(*child)) return true;
  return false;
}

}  // namespace

std::string largest_contrast(const NormStatistics& a, const std::string& name_of_a, const NormStatistics& b,
                             const std::string& name_of_b) {
  constexpr double least = 1e-3;  // smaller spreads count as this
  std::string sentence;
  double largest = 0;
  const auto look = [&](const LayerStatistics& x, const LayerStatistics& y, const char* whose,
                        double ImageStatistics::*spread) {
    const auto share = [&](const LayerStatistics& of) {
      return std::max(least, (*of.y).*spread / std::sqrt(std::max(of.y->variance, 1e-30)));
    };
    const double contrast = std::abs(std::log(share(x) / share(y)));
    if (!(contrast > largest)) return;
    largest = contrast;
    sentence =
        fmt::format("{}: the {}’ means spread by {:.2g} of the deviation after {}, and by {:.2g} after {}",
                    x.layer, whose, share(x), name_of_a, share(y), name_of_b);
  };
  for (const LayerStatistics& x : a.layers)
    for (const LayerStatistics& y : b.layers)
      if (x.layer == y.layer && x.y && y.y) {
        look(x, y, "channels", &ImageStatistics::channel_spread);
        look(x, y, "images", &ImageStatistics::image_spread);
      }
  return sentence;
}

// All statistics are computed from the mean and the variance of each channel of each image.
ImageStatistics statistics_of(const Tensor& images) {
  const std::int64_t n = images.size(0), c = images.size(1), pixels = images.numel() / (n * c);
  const std::vector<float> values = images.to_vector<float>();
  std::vector<double> means(static_cast<std::size_t>(n * c)), variances(means.size());
  parallel_for(n * c, [&](std::int64_t plane) {
    const std::span run(values.data() + plane * pixels, static_cast<std::size_t>(pixels));
    const auto count = static_cast<double>(pixels);
    double sum = 0, squares = 0;
    for (const float v : run) sum += v;
    for (const float v : run) squares += (v - sum / count) * (v - sum / count);
    means[static_cast<std::size_t>(plane)] = sum / count;
    variances[static_cast<std::size_t>(plane)] = squares / count;
  });
  std::vector<double> of_channel(static_cast<std::size_t>(c)), of_image(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < of_image.size(); ++i)
    for (std::size_t k = 0; k < of_channel.size(); ++k) {
      const double mean = means[i * of_channel.size() + k];
      of_channel[k] += mean / static_cast<double>(n);
      of_image[i] += mean / static_cast<double>(c);
    }
  const double between = deviation_of(means);
  return {mean_of(means), mean_of(variances) + between * between, deviation_of(of_channel),
          deviation_of(of_image)};
}

NormProbe::NormProbe(std::shared_ptr<Module> twin, const TrainingData& data, const Recipe& recipe)
    : twin_(std::move(twin)), label_smoothing_(recipe.label_smoothing) {
  twin_->to(data.train.images.device());
  std::vector<std::int64_t> first(
      static_cast<std::size_t>(std::min({images, recipe.batch_size, data.train.labels.numel()})));
  std::iota(first.begin(), first.end(), 0);
  batch_ = load_batch(data.train, first, data.normalization);
}

NormStatistics NormProbe::look(const Module& network, int epoch) {
  twin_->load_state_dict(network.state_dict());
  twin_->zero_grad();
  NormStatistics result{epoch, batch_.target.numel(), {}};
  std::vector<std::pair<const Module*, const Module*>> watched;  // a layer, and the convolution before it
  const bool norms = has_norms(*twin_);
  const Module* conv = nullptr;
  const ModuleObserver observer([&](const Module& module, const Tensor& in, const Tensor& out) {
    const bool is_norm = dynamic_cast<const NormLayer*>(&module) != nullptr;
    if (dynamic_cast<const Conv2d*>(&module) != nullptr) conv = &module;
    if (!(norms ? is_norm : &module == conv)) return;
    watched.emplace_back(&module, conv);
    LayerStatistics layer{module.path(), module.type(), statistics_of(is_norm ? in : out), {}, {}};
    if (is_norm) layer.y = statistics_of(out);
    result.layers.push_back(std::move(layer));
  });
  functional::cross_entropy((*twin_)(batch_.x), batch_.target, label_smoothing_).backward();
  for (std::size_t i = 0; i < watched.size(); ++i) {
    const auto& [layer, before] = watched[i];
    auto& parameters = result.layers[i].parameters;
    for (const Module* module : {before, layer == before ? nullptr : layer})
      if (module != nullptr)
        for (const NamedTensor& p : module->own_parameters()) parameters.push_back(statistics_of(*module, p));
  }
  return result;
}

}  // namespace norma
