// The built-in images: ten classes of figures, drawn by a formula from a seed, for a machine without a
// network. Place, size, angle, both colours and the light change from image to image, so that no pixel tells
// the class and a network has to look at shape: see docs/results/synthetic.md for how hard they are.
#pragma once

#include <cstdint>

#include "data/dataset.h"

namespace norma {

/// disc, ring, square, triangle, plus, bars across, bars upright, bars aslant, checkers, dots. Image i
/// depends on the seed and i alone; labels go round: i mod 10.
DataSplit make_synthetic(std::uint64_t seed = 1, std::int64_t train_images = 8000,
                         std::int64_t test_images = 2000);

}  // namespace norma
