#include "layers/functional/relu.h"

#include "core/autograd.h"
#include "kernels/table.h"

namespace norma::functional {

Tensor relu(const Tensor& x) {
  return dispatch_float("relu", x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty_like(x);
    kernels<T>.relu_forward(x.device(), {x.numel(), x.data<T>(), y.data<T>()});
    return record("relu", y, {x}, [y](const Tensor& dy) -> Gradients {
      const Tensor dx = Tensor::empty_like(y);
      kernels<T>.relu_backward(y.device(), {y.numel(), dy.data<T>(), y.data<T>(), dx.data<T>()});
      return {dx};
    });
  });
}

}  // namespace norma::functional
