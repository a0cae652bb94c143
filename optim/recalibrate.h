// Running statistics of batch norms, computed anew over the training images ("precise BN": Wu and Johnson
// 2021, arXiv:2105.07576, section 3).
#pragma once

#include "data/dataset.h"
#include "data/loader.h"
#include "layers/module.h"

namespace norma {

/// Replaces the running statistics of every batch norm by the plain average of the statistics of batches, in
/// the order of the images, without dropout and augmentation. A last batch that is not whole is left out,
/// unless it is the only one. Returns the number of batch norms that have running statistics. Network and
/// images are on the same device; the network is in evaluation mode afterwards.
int recalibrate(Module& network, const Dataset& images, const Normalization& normalization,
                std::int64_t batch_size);

}  // namespace norma
