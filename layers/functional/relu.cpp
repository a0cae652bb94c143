#include "layers/functional/relu.h"

#include "core/autograd.h"
#include "kernels/table.h"

namespace norma::functional {
namespace {

/// dy where y > 0, else 0: linear in dy, so that its gradient is the same function.
Tensor where_positive(const Tensor& dy, const Tensor& y) {
  return dispatch_float("relu", y.dtype(), [&]<class T>() {
    const Tensor dx = Tensor::empty_like(y);
    kernels<T>.relu_backward(y.device(), {y.numel(), dy.data<T>(), y.data<T>(), dx.data<T>()});
    return record(
        "relu_backward", dx, {dy}, [y](const Tensor& u) -> Gradients { return {where_positive(u, y)}; },
        Order::twice);
  });
}

}  // namespace

Tensor relu(const Tensor& x) {
  return dispatch_float("relu", x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty_like(x);
    kernels<T>.relu_forward(x.device(), {x.numel(), x.data<T>(), y.data<T>()});
    return record(
        "relu", y, {x}, [y](const Tensor& dy) -> Gradients { return {where_positive(dy, y)}; }, Order::twice);
  });
}

}  // namespace norma::functional
