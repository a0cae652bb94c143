// The networks: five published systems and Norma's own. The number in a name is the number of parameters with
// the published norm; optim/presets.h has the training recipes and the published results.
//
//   const auto network = norma_49k({.norm = Norm::gn, .groups = 4, .classes = 100});
//
// All take float images [N, C, H, W] and return scores [N, classes].
#pragma once

#include <memory>

#include "layers/network/builder.h"

namespace norma {

using Network = std::shared_ptr<Sequential>;

// Images 3×32×32.
Network norma_49k(const NetworkChoice& choice);
Network c11_48096(const NetworkChoice& choice);
Network c11_111568(const NetworkChoice& choice);
Network wide_48512(const NetworkChoice& choice);
Network narrow_18212(const NetworkChoice& choice);
Network skip_37108(const NetworkChoice& choice);
Network stride_29472(const NetworkChoice& choice);

// Images 1×28×28.
Network mnist_9752(const NetworkChoice& choice);

}  // namespace norma
