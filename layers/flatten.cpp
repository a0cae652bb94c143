#include "layers/flatten.h"

#include "layers/functional/reshape.h"

namespace norma {

Tensor Flatten::forward(const Tensor& x) { return functional::flatten(x); }

}  // namespace norma
