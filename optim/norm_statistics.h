// What each norm of a network does to what passes through it, once an epoch, so that one can watch it over a training.
//
//   C1.conv ──▶ x ──▶ C1.norm ──▶ y          of x and of y: mean, variance, and how far the means of the channels
//     │                │                     and those of the images lie apart: a norm takes one of them away
//   weight           weight, bias            of each parameter: its length, and that of its gradient
//
// A twin of the network looks at it, always with the same images, as a training step would but without dropout; the
// network in training is read and never touched.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "optim/trainer.h"

namespace norma {

/// Of some images [N, C, H, W]. Variances are the population's.
struct ImageStatistics {
  double mean = 0, variance = 0;
  double channel_spread = 0;  ///< standard deviation of the C means over (N, H, W)
  double image_spread = 0;    ///< standard deviation of the N means over (C, H, W)
};

/// Lengths (L2 norms) of a parameter and of the loss's gradient in it.
struct ParameterStatistics {
  std::string name;  ///< "C1.conv.weight"
  double length = 0, gradient = 0;
};

/// One norm layer; in a network without norms, one convolution, which has an x, its output, and no y.
struct LayerStatistics {
  std::string layer;                            ///< "C1.norm"
  std::string type;                             ///< "GroupNorm"
  ImageStatistics x = {};                       ///< before it
  std::optional<ImageStatistics> y = {};        ///< after it
  std::vector<ParameterStatistics> parameters;  ///< weight of the convolution before it, then its own
};

struct NormStatistics {
  int epoch = 0;            ///< after so many; 0: before the first
  std::int64_t images = 0;  ///< that were looked at
  std::vector<LayerStatistics> layers;
};

/// Of float images [N, C, H, W] on any device.
ImageStatistics statistics_of(const Tensor& images);

class NormProbe {
 public:
  /// Images that it looks at: the first of the training set, not augmented.
  static constexpr std::int64_t images = 64;

  /// `twin` is a network like those that it will look at, without dropout; `data` is on the device of those.
  NormProbe(std::shared_ptr<Module> twin, const TrainingData& data, const Recipe& recipe);

  /// Of a network in the state that it is in.
  NormStatistics look(const Module& network, int epoch);

 private:
  std::shared_ptr<Module> twin_;
  Batch batch_;
  double label_smoothing_;
};

}  // namespace norma
