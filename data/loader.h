// From a data set to training batches: shuffled indices, then pixels to normalised images in one pass.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "core/tensor.h"
#include "data/dataset.h"

namespace norma {

/// Per-channel mean and standard deviation of pixels scaled to [0, 1].
struct Normalization {
  std::vector<double> mean, std;
};

/// Throws unless there is one finite mean and one finite standard deviation above 0 per channel. `whose` is
/// the beginning of the error message.
void check_normalization(const Normalization& normalization, std::int64_t channels,
                         std::string_view whose = "the normalization");

/// The published constants of each set, to four digits: mean and standard deviation of all pixels of the
/// training images. measure_normalization() gives the same values.
inline const Normalization cifar10_normalization = {{0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616}};
inline const Normalization cifar100_normalization = {{0.5071, 0.4865, 0.4409}, {0.2673, 0.2564, 0.2762}};
inline const Normalization mnist_normalization = {{0.1307}, {0.3081}};
inline const Normalization fashion_mnist_normalization = {{0.2860}, {0.3530}};

/// Computed from all images of a data set; the standard deviation divides by the number of pixels.
Normalization measure_normalization(const Dataset& dataset);

/// Rotation comes first, then the crop, then the flip.
struct Augmentation {
  bool flip = false;      ///< mirror left to right, every second image on average
  std::int64_t crop = 0;  ///< pad by this many black pixels, then crop at random
  double rotate = 0;      ///< turn about the centre by up to this many degrees either way, 0 to 180
};

struct Batch {
  Tensor x;       ///< float32 [N, C, H, W]
  Tensor target;  ///< int64 [N]
};

/// A random order of [0, count) that depends only on seed and epoch.
std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t seed, std::uint32_t epoch);

/// The images at `indices`, normalised and augmented. The augmentation of an image depends only on the seed,
/// the epoch and the image's index. Throws what check_normalization() throws, and if images have more
/// channels than max_image_channels (kernels/augment/load_images.h).
Batch load_batch(const Dataset& dataset, const std::vector<std::int64_t>& indices,
                 const Normalization& normalization, const Augmentation& augmentation = {},
                 std::uint64_t seed = 0, std::uint32_t epoch = 0);

/// The same with indices on the device of the data, int64 [n], and the augmentation's random sequence, so
/// that nothing is copied to the device.
Batch load_batch(const Dataset& dataset, const Tensor& indices, const Normalization& normalization,
                 const Augmentation& augmentation, const RandomSequence& random);

/// Splits off a share of the images, e.g. for validation; the seed chooses them. Returns the rest first.
std::pair<Dataset, Dataset> split(const Dataset& dataset, double share, std::uint64_t seed);
/// The first `count` images, or all images if there are fewer.
Dataset first_images(const Dataset& dataset, std::int64_t count);

}  // namespace norma
