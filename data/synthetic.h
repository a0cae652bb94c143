// The built-in images for a machine without a network, drawn by a formula from a seed. They have the shape
// and the number of classes of the set that they replace: coloured figures for CIFAR-10, pairs of them for
// CIFAR-100, grey figures for Fashion-MNIST, digits for MNIST. Place, size, angle and more change from image
// to image, so that no single pixel gives the class and a network has to learn shapes;
// docs/results/synthetic.md tells how hard they are. Image i depends only on the seed and i; its label is i
// modulo the number of classes.
#pragma once

#include <cstdint>

#include "data/dataset.h"

namespace norma {

/// [N, 3, 32, 32]: disc, ring, square, triangle, plus, bars across, bars upright, bars aslant, checkers,
/// dots. Place, size, proportions, angle, both colours and the light change, and other spots lie behind and
/// on the figure. Images with an odd label have more contrast than most of those with an even one. 2 % of the
/// training images have a label drawn at random.
DataSplit make_synthetic(std::uint64_t seed, std::int64_t train_images, std::int64_t test_images);

/// Two such figures side by side, [N, 3, 32, 32]. Fine labels are 10 · left + right, 100 classes. As in
/// CIFAR-100, five of them share a coarse label, which gives the left figure, and whether the right one is a
/// shape (disc … plus) or a pattern.
DataSplit make_synthetic_pairs(Labels labels, std::uint64_t seed, std::int64_t train_images,
                               std::int64_t test_images);

/// The ten figures in grey: [N, 1, 28, 28].
DataSplit make_synthetic_grey(std::uint64_t seed, std::int64_t train_images, std::int64_t test_images);

/// The digits 0 to 9 in light strokes on black: [N, 1, 28, 28]. Place, size, proportions, angle, slant,
/// bends, stroke width and brightness change.
DataSplit make_synthetic_digits(std::uint64_t seed, std::int64_t train_images, std::int64_t test_images);

}  // namespace norma
