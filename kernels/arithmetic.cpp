#include "core/arithmetic.h"

#include "kernels/table.h"

namespace norma::detail {

void fill(const Tensor& t, double value) {
  dispatch_float("fill", t.dtype(), [&]<class T>() {
    kernels<T>.fill(t.device(), {t.numel(), value, t.data<T>()});
  });
}

void add(const Tensor& a, const Tensor& b, const Tensor& sum) {
  dispatch_float("add", sum.dtype(), [&]<class T>() {
    kernels<T>.add(sum.device(), {sum.numel(), a.data<T>(), b.data<T>(), sum.data<T>()});
  });
}

}  // namespace norma::detail
