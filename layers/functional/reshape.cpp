#include "layers/functional/reshape.h"

#include "core/autograd.h"

namespace norma::functional {

Tensor reshape(const Tensor& x, const Shape& shape) {
  return record(
      "reshape", x.view(shape), {x},
      [before = x.shape()](const Tensor& dy) -> Gradients { return {reshape(dy, before)}; }, Order::twice);
}

Tensor flatten(const Tensor& x) { return reshape(x, {x.size(0), x.numel() / x.size(0)}); }

}  // namespace norma::functional
