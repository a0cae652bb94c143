// Folding batch norms into the convolutions before them. In evaluation a batch norm is a factor and a
// summand per channel, and so is what follows a convolution's filters:
//
//   (conv(x) + b − mean)·rstd·weight + bias = conv'(x) + b'
//   filters'[k] = filters[k]·f[k]    b'[k] = (b[k] − mean[k])·f[k] + bias[k]    f = rstd·weight
#pragma once

#include <memory>

#include "layers/sequential.h"

namespace norma {

/// The same network in evaluation, without its batch norms (batch renorms too): each is folded into the
/// convolution before it, in double. Other layers are shared with the old network, and names stay; a folded
/// convolution has a bias, and is no longer standardized. Throws an error that names the layer if a batch
/// norm does not follow a convolution or has no running statistics to use, or if the convolution rounds its
/// factors: then folding would not be exact. Throws if there is none to fold.
std::shared_ptr<Sequential> fold_batch_norms(const Sequential& network);

}  // namespace norma
