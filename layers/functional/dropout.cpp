#include "layers/functional/dropout.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"

namespace norma::functional {
namespace {

Tensor drop(const char* operation, const Tensor& x, std::int64_t run, double p,
            const RandomSequence& random) {
  if (!(p >= 0 && p <= 1)) fail("{} takes a probability in [0, 1], not {}", operation, p);
  return dispatch_float(operation, x.dtype(), [&]<class T>() {
    const auto apply = [=, device = x.device(), count = x.numel()](const Tensor& in) {
      const Tensor out = Tensor::empty_like(in);
      kernels<T>.dropout(device, {count, run, p, random, in.data<T>(), out.data<T>()});
      return out;
    };
    return record(operation, apply(x), {x}, [apply](const Tensor& dy) -> Gradients { return {apply(dy)}; });
  });
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, const RandomSequence& random) {
  return training ? drop("dropout", x, 1, p, random) : x;
}

Tensor dropout2d(const Tensor& x, double p, bool training, const RandomSequence& random) {
  check_images("dropout2d", x);
  return training ? drop("dropout2d", x, x.size(2) * x.size(3), p, random) : x;
}

Tensor dropout(const Tensor& x, double p, bool training) {
  return training ? dropout(x, p, true, default_generator().next()) : x;
}

Tensor dropout2d(const Tensor& x, double p, bool training) {
  return training ? dropout2d(x, p, true, default_generator().next()) : x;
}

}  // namespace norma::functional
