#include "layers/functional/loss.h"

#include "core/autograd.h"
#include "core/ranks.h"
#include "kernels/table.h"
#include "layers/functional/arithmetic.h"
#include "layers/functional/checks.h"

namespace norma::functional {
namespace {

Tensor smoothed_nll(const Tensor& x, const Tensor& target, double smoothing);

/// The gradient of the loss by its scores, which is linear in dloss, as the loss is in the scores: the
/// gradient of one is the other.
Tensor nll_gradient(const Tensor& dloss, const Tensor& target, double smoothing, const Shape& shape,
                    const Shard& shard) {
  return dispatch_float("nll_loss", dloss.dtype(), [&]<class T>() {
    const Tensor dx = Tensor::empty(shape, dloss.dtype(), dloss.device());
    kernels<T>.nll_loss_backward(dloss.device(), {shape[0], shape[1], smoothing, dloss.data<T>(),
                                                  target.data<std::int64_t>(), dx.data<T>(), shard});
    return record(
        "nll_loss_backward", dx, {dloss},
        [=](const Tensor& u) -> Gradients { return {smoothed_nll(u, target, smoothing)}; }, Order::twice);
  });
}

Tensor smoothed_nll(const Tensor& x, const Tensor& target, double smoothing) {
  check_target("nll_loss", target, x);
  if (!(smoothing >= 0 && smoothing <= 1)) fail("label smoothing must be in [0, 1], not {}", smoothing);
  return dispatch_float("nll_loss", x.dtype(), [&]<class T>() {
    const Tensor loss = Tensor::empty({}, x.dtype(), x.device());
    kernels<T>.nll_loss_forward(x.device(), {x.size(0), x.size(1), smoothing, x.data<T>(),
                                             target.data<std::int64_t>(), loss.data<T>(), shard_of(x)});
    return record(
        "nll_loss", loss, {x},
        [=, shape = x.shape(), shard = shard_of(x)](const Tensor& dloss) -> Gradients {
          return {nll_gradient(dloss, target, smoothing, shape, shard)};
        },
        Order::twice, Result::sum_over_images);
  });
}

}  // namespace

Tensor log_softmax(const Tensor& x) {
  if (x.shape().rank() != 2) fail("log_softmax takes scores [N, classes], not {}", x.shape().to_string());
  return dispatch_float("log_softmax", x.dtype(), [&]<class T>() {
    const std::int64_t rows = x.size(0), classes = x.size(1);
    const Tensor y = Tensor::empty_like(x);
    kernels<T>.log_softmax_forward(x.device(), {rows, classes, x.data<T>(), y.data<T>()});
    return record(
        "log_softmax", y, {x},
        [=](const Tensor& dy) -> Gradients {
          if (needs_gradient({dy, x}))  // of a second derivative
            return {dy - exp(log_softmax(x)) * sum(dy, {1})};
          const Tensor dx = Tensor::empty_like(y);
          kernels<T>.log_softmax_backward(y.device(),
                                          {rows, classes, dy.data<T>(), y.data<T>(), dx.data<T>()});
          return {dx};
        },
        Order::twice);
  });
}

Tensor nll_loss(const Tensor& x, const Tensor& target) { return smoothed_nll(x, target, 0); }

Tensor cross_entropy(const Tensor& x, const Tensor& target, double label_smoothing) {
  return smoothed_nll(log_softmax(x), target, label_smoothing);
}

Tensor correct_count(const Tensor& x, const Tensor& target) {
  check_target("correct_count", target, x);
  const Tensor count = Tensor::empty({}, DType::int64, x.device());
  dispatch_float("correct_count", x.dtype(), [&]<class T>() {
    kernels<T>.correct_count(x.device(), {x.size(0), x.size(1), x.data<T>(), target.data<std::int64_t>(),
                                          count.data<std::int64_t>()});
  });
  return count;
}

Tensor abs_sum(const Tensor& x, double factor) {
  return dispatch_float("abs_sum", x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty({}, x.dtype(), x.device());
    kernels<T>.abs_sum_forward(x.device(), {x.numel(), factor, x.data<T>(), y.data<T>()});
    return record("abs_sum", y, {x}, [factor, x = x.detach()](const Tensor& dy) -> Gradients {
      const Tensor dx = Tensor::empty_like(x);
      kernels<T>.abs_sum_backward(x.device(), {x.numel(), factor, dy.data<T>(), x.data<T>(), dx.data<T>()});
      return {dx};
    });
  });
}

}  // namespace norma::functional
