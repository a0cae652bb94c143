#include "optim/batch_noise.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/autograd.h"
#include "core/error.h"
#include "layers/batch_norm.h"
#include "layers/norm_layer.h"
#include "layers/zoo/batch_renorm.h"

namespace norma {
namespace {

constexpr std::int64_t images_at_once = 250;
constexpr std::size_t most_draws = 64;  // batches of each size

// Of each image and channel, [image][channel].
struct Seen {
  const Module* layer = nullptr;
  std::int64_t channels = 0, pixels = 0;
  std::vector<double> mean = {}, square = {};

  void add(const Tensor& x) {
    channels = x.size(1), pixels = x.size(2) * x.size(3);
    const std::vector<float> values = x.to_vector<float>();
    for (std::size_t at = 0; at < values.size(); at += static_cast<std::size_t>(pixels)) {
      double sum = 0, squares = 0;
      for (std::size_t i = at; i < at + static_cast<std::size_t>(pixels); ++i)
        sum += values[i], squares += double{values[i]} * values[i];
      mean.push_back(sum / static_cast<double>(pixels));
      square.push_back(squares / static_cast<double>(pixels));
    }
  }
};

// The layers in the order in which images pass through them.
std::vector<Seen> look(Module& network, const Dataset& images, const Normalization& normalization) {
  const NoGrad no_grad;
  network.eval();
  std::map<const Module*, std::size_t> place;
  std::vector<Seen> seen;
  const ModuleObserver observer([&](const Module& layer, const Tensor& in, const Tensor&) {
    if (dynamic_cast<const NormLayer*>(&layer) == nullptr) return;
    const auto [found, is_new] = place.try_emplace(&layer, seen.size());
    if (is_new) seen.push_back({&layer});
    seen[found->second].add(in);
  });
  const std::int64_t count = images.labels.numel();
  for (std::int64_t first = 0; first < count; first += images_at_once) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(images_at_once, count - first)));
    std::iota(indices.begin(), indices.end(), first);
    network(load_batch(images, indices, normalization).x);
  }
  return seen;
}

struct Channel {
  double mean, variance;
};

// Statistics of channel c over these images.
template <class Images>
Channel channel_of(const Seen& seen, std::int64_t c, const Images& images) {
  double mean = 0, square = 0;
  for (const std::int64_t i : images) {
    mean += seen.mean[static_cast<std::size_t>(i * seen.channels + c)];
    square += seen.square[static_cast<std::size_t>(i * seen.channels + c)];
  }
  const auto count = static_cast<double>(images.size());
  mean /= count;
  return {mean, square / count - mean * mean};
}

// Root mean squares of how far some statistics are from those of all images.
struct Stray {
  double mean = 0, variance = 0, count = 0;
  void add(const Channel& of, const Channel& all) {
    const double m = (of.mean - all.mean) / std::sqrt(all.variance), v = of.variance / all.variance - 1;
    mean += m * m, variance += v * v, ++count;
  }
  double of_mean() const { return std::sqrt(mean / count); }
  double of_variance() const { return std::sqrt(variance / count); }
};

struct Running {
  std::vector<double> mean, variance;
};

std::optional<Running> running_of(const Module& layer) {
  const auto of = [](const Tensor& mean, const Tensor& var) -> std::optional<Running> {
    if (!mean.defined()) return std::nullopt;
    return Running{mean.to_vector<double>(), var.to_vector<double>()};
  };
  if (const auto* bn = dynamic_cast<const BatchNorm2d*>(&layer)) return of(bn->running_mean, bn->running_var);
  if (const auto* brn = dynamic_cast<const BatchRenorm2d*>(&layer))
    return of(brn->running_mean, brn->running_var);
  return std::nullopt;
}

// Orders of all images; batch number k of a size is a slice of one of them.
std::vector<std::vector<std::int64_t>> orders_of(std::int64_t images, std::int64_t largest,
                                                 std::uint64_t seed) {
  const std::int64_t per_order = images / largest;
  std::vector<std::vector<std::int64_t>> orders;
  for (std::uint32_t i = 0; static_cast<std::int64_t>(i) * per_order < static_cast<std::int64_t>(most_draws);
       ++i)
    orders.push_back(shuffled(images, seed, i));
  return orders;
}

LayerNoise noise_of(const Seen& seen, const std::vector<std::int64_t>& batches,
                    const std::vector<std::vector<std::int64_t>>& orders) {
  LayerNoise noise{seen.layer->path(), seen.channels, seen.pixels, {}, {}, {}, {}, 0};
  std::vector<Channel> all;
  for (std::int64_t c = 0; c < seen.channels; ++c) all.push_back(channel_of(seen, c, orders.front()));
  const auto alive = [&](std::int64_t c) {
    const Channel& of = all[static_cast<std::size_t>(c)];
    return of.variance > 1e-12 * of.mean * of.mean && of.variance > 0;
  };
  for (const std::int64_t batch : batches) {
    Stray stray;
    for (std::size_t draw = 0; draw < most_draws; ++draw) {
      const auto& order = orders[draw % orders.size()];
      const auto slices = order.size() / static_cast<std::size_t>(batch);
      const auto first = order.begin() + static_cast<std::ptrdiff_t>(draw / orders.size() % slices) * batch;
      const std::span images(first, first + batch);
      for (std::int64_t c = 0; c < seen.channels; ++c)
        if (alive(c)) stray.add(channel_of(seen, c, images), all[static_cast<std::size_t>(c)]);
    }
    noise.mean.push_back(stray.of_mean());
    noise.variance.push_back(stray.of_variance());
  }
  const double first = noise.mean.front();
  noise.independent_pixels = 1 / (first * first * static_cast<double>(batches.front()));
  if (const auto running = running_of(*seen.layer)) {
    Stray stray;
    for (std::int64_t c = 0; c < seen.channels; ++c) {
      const auto i = static_cast<std::size_t>(c);
      if (alive(c)) stray.add({running->mean[i], running->variance[i]}, all[i]);
    }
    noise.running_mean = stray.of_mean(), noise.running_variance = stray.of_variance();
  }
  return noise;
}

}  // namespace

BatchNoise measure_batch_noise(Module& network, const Dataset& images, const Normalization& normalization,
                               const std::vector<std::int64_t>& batches, std::uint64_t seed) {
  const std::int64_t count = images.labels.numel(),
                     largest = *std::max_element(batches.begin(), batches.end());
  if (2 * largest > count)
    fail("a batch of {} images is compared with at least twice as many, but there are {}", largest, count);
  const std::vector<Seen> seen = look(network, images, normalization);
  if (seen.empty()) fail("the network has no norms");
  const auto orders = orders_of(count, largest, seed);
  BatchNoise noise{count, batches, {}};
  for (const Seen& layer : seen) noise.layers.push_back(noise_of(layer, batches, orders));
  return noise;
}

}  // namespace norma
