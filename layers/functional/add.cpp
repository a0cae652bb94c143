#include "layers/functional/add.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"

namespace norma::functional {

Tensor add(const Tensor& a, const Tensor& b) {
  check_parameter("add", "second summand", b, a.shape(), a);
  return dispatch_float("add", a.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty_like(a);
    kernels<T>.add(a.device(), {a.numel(), a.data<T>(), b.data<T>(), y.data<T>()});
    return record(
        "add", y, {a, b},
        [](const Tensor& dy) -> Gradients {
          return {dy, dy};
        },
        Order::twice);
  });
}

}  // namespace norma::functional
