// The effect of each norm on the values that pass through it, measured once per epoch.
//
//   C1.conv ──▶ x ──▶ C1.norm ──▶ y     of x and y: mean, variance, the spread of the channels' means and the
//     │                │                spread of the images' means: a norm removes one of the two spreads
//   weight           weight, bias       of each parameter: its length, and the length of its gradient
//
// They are measured on a copy of the network, always with the same images, in a forward and backward pass as
// in a training step, but without dropout. The network in training is only read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "optim/trainer.h"

namespace norma {

/// Of images [N, C, H, W]. Variances divide by the number of values.
struct ImageStatistics {
  double mean = 0, variance = 0;
  double channel_spread = 0;  ///< standard deviation of the C means over (N, H, W)
  double image_spread = 0;    ///< standard deviation of the N means over (C, H, W)
};

/// Lengths (L2 norms) of a parameter and of its gradient.
struct ParameterStatistics {
  std::string name;  ///< "C1.conv.weight"
  double length = 0, gradient = 0;
};

/// One norm layer. In a network without norms, one convolution: x is its output, and there is no y.
struct LayerStatistics {
  std::string layer;                            ///< "C1.norm"
  std::string type;                             ///< "GroupNorm"
  ImageStatistics x = {};                       ///< before it
  std::optional<ImageStatistics> y = {};        ///< after it
  std::vector<ParameterStatistics> parameters;  ///< weight of the convolution before it, then its own
};

struct NormStatistics {
  int epoch = 0;            ///< measured after this epoch; 0: before the first
  std::int64_t images = 0;  ///< the number of images
  std::vector<LayerStatistics> layers;
};

/// Of float images [N, C, H, W] on any device.
ImageStatistics statistics_of(const Tensor& images);

/// Where two networks with the same layers differ most after their norms, in a sentence: the layer in which
/// the means of channels, or of images, spread most differently, as a share of the deviation. Empty if they
/// have no norm at the same place.
std::string largest_contrast(const NormStatistics& a, const std::string& name_of_a, const NormStatistics& b,
                             const std::string& name_of_b);

class NormProbe {
 public:
  /// So many images are used, the first ones of the training set, not augmented.
  static constexpr std::int64_t images = 64;

  /// `twin` is a network like those that look() gets, but without dropout; `data` is on the same device.
  NormProbe(std::shared_ptr<Module> twin, const TrainingData& data, const Recipe& recipe);

  /// The statistics of a network with its current weights.
  NormStatistics look(const Module& network, int epoch);

 private:
  std::shared_ptr<Module> twin_;
  Batch batch_;
  double label_smoothing_;
};

}  // namespace norma
