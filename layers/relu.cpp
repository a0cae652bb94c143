#include "layers/relu.h"

#include "layers/functional/relu.h"

namespace norma {

Tensor ReLU::forward(const Tensor& x) { return functional::relu(x); }

}  // namespace norma
