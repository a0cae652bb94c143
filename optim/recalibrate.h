// Running statistics of batch norms, computed anew over the training images ("precise BN": Wu and Johnson
// 2021, arXiv:2105.07576, section 3).
#pragma once

#include "data/dataset.h"
#include "data/loader.h"
#include "layers/module.h"

namespace norma {

/// Replaces the running statistics of every batch norm by those of all images that pass through it, in
/// batches that are normalized by their own statistics, without dropout and augmentation:
///
///   mean = E[mean of a batch]    var = E[mean² + var of a batch] − (E[mean of a batch])²
///
/// A last batch that is not whole is left out, unless it is the only one. Returns the number of batch norms
/// that have running statistics. Network and images are on the same device; the network is in evaluation mode
/// afterwards. If a batch is too small for a norm, throws, and the network must not be used any more.
int recalibrate(Module& network, const Dataset& images, const Normalization& normalization,
                std::int64_t batch_size);

}  // namespace norma
