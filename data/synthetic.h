// The built-in images, drawn by a formula from a seed, for a machine without a network: ten classes of coloured
// figures in place of CIFAR-10, ten digits in place of MNIST. Place, size, angle and more change from image to
// image, so that no pixel tells the class and a network has to look at shape: see docs/results/synthetic.md for
// how hard they are. Image i depends on the seed and i alone; labels go round: i mod 10.
#pragma once

#include <cstdint>

#include "data/dataset.h"

namespace norma {

/// disc, ring, square, triangle, plus, bars across, bars upright, bars aslant, checkers, dots: [N, 3, 32, 32],
/// where place, size, angle, both colours and the light change.
DataSplit make_synthetic(std::uint64_t seed = 1, std::int64_t train_images = 8000,
                         std::int64_t test_images = 2000);

/// The digits 0 to 9 in light strokes on black: [N, 1, 28, 28], where place, size, proportions, angle, slant,
/// bends, stroke width and brightness change.
DataSplit make_synthetic_digits(std::uint64_t seed = 1, std::int64_t train_images = 8000,
                                std::int64_t test_images = 2000);

}  // namespace norma
