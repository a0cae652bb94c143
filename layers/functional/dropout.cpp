#include "layers/functional/dropout.h"

#include "core/autograd.h"
#include "core/ranks.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"

namespace norma::functional {
namespace {

// `first`: the number of the sequence that x begins with; of a shard, that of its first image in the batch.
Tensor drop(const char* operation, const Tensor& x, std::int64_t run, double p, const RandomSequence& random,
            std::int64_t first) {
  if (!(p >= 0 && p <= 1)) fail("{} takes a probability in [0, 1], not {}", operation, p);
  return dispatch_float(operation, x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty_like(x);
    kernels<T>.dropout(x.device(), {x.numel(), run, p, random, x.data<T>(), y.data<T>(), first});
    return record(
        operation, y, {x},
        [=](const Tensor& dy) -> Gradients { return {drop(operation, dy, run, p, random, first)}; },
        Order::twice);
  });
}

std::int64_t first_of(const Tensor& x, std::int64_t run) {
  return x.numel() == 0 ? 0 : shard_of(x).first * (x.numel() / x.size(0) / run);
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, const RandomSequence& random) {
  return training ? drop("dropout", x, 1, p, random, first_of(x, 1)) : x;
}

Tensor dropout2d(const Tensor& x, double p, bool training, const RandomSequence& random) {
  check_images("dropout2d", x);
  const std::int64_t plane = x.size(2) * x.size(3);
  return training ? drop("dropout2d", x, plane, p, random, first_of(x, plane)) : x;
}

Tensor dropout(const Tensor& x, double p, bool training) {
  return training ? dropout(x, p, true, default_generator().next()) : x;
}

Tensor dropout2d(const Tensor& x, double p, bool training) {
  return training ? dropout2d(x, p, true, default_generator().next()) : x;
}

}  // namespace norma::functional
