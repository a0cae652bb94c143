// How far the statistics of a batch stray from those of the data set: the noise that batch norm adds in
// training, and what its running statistics miss.
//
//   image 0  m[0], s[0] ─┐                         m, s: mean and mean square of a channel in one image
//   image 1  m[1], s[1] ─┼─ any batch: mean = mean of m, variance = mean of s − mean²
//   …                    ┘                         so that the network sees each image only once
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/loader.h"
#include "layers/module.h"

namespace norma {

/// The input of one norm. Strays are root mean squares over channels and batches: of the mean in units of the
/// channel's standard deviation, of the variance as a share of the channel's variance.
struct LayerNoise {
  std::string layer;                                     ///< "C1.norm"
  std::int64_t channels, pixels;                         ///< pixels per image
  std::vector<double> mean, variance;                    ///< one for each size of a batch
  std::optional<double> running_mean, running_variance;  ///< of the layer's running statistics, if it has any
  /// How many independent pixels an image would need for the same stray of the mean: neighbours resemble each
  /// other, and pixels of one image resemble each other more than those of two.
  double independent_pixels;
};

struct BatchNoise {
  std::int64_t images;
  std::vector<std::int64_t> batches;
  std::vector<LayerNoise> layers;
};

/// Of every norm layer, whichever it is, for the network in evaluation, which it is in afterwards. Batches
/// are drawn without repetition; the seed chooses them. Throws if a batch is larger than half of the
/// images, or if the network has no norms. Channels that are the same everywhere are left out.
BatchNoise measure_batch_noise(Module& network, const Dataset& images, const Normalization& normalization,
                               const std::vector<std::int64_t>& batches, std::uint64_t seed = 1);

}  // namespace norma
