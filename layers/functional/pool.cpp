#include "layers/functional/pool.h"

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"

namespace norma::functional {
namespace {

PoolShape pool_shape(const char* operation, const Tensor& x, Size2 kernel, std::optional<Size2> stride,
                     Size2 padding, bool ceil_mode) {
  check_images(operation, x);
  const Size2 step = stride.value_or(kernel);
  const PoolShape s{x.size(0) * x.size(1),
                    x.size(2),
                    x.size(3),
                    kernel.h,
                    kernel.w,
                    step.h,
                    step.w,
                    padding.h,
                    padding.w,
                    ceil_mode};
  check_window(operation, kernel, x);
  check_setting(operation, "stride", step, 1);
  if (padding.h < 0 || padding.w < 0 || 2 * padding.h > kernel.h || 2 * padding.w > kernel.w)
    fail("{} takes a padding of at most half the kernel, not {}×{} for {}×{}", operation, padding.h,
         padding.w, kernel.h, kernel.w);
  if (s.out_h() < 1 || s.out_w() < 1)
    fail("{}: a {}×{} window does not fit into images of {}×{}", operation, kernel.h, kernel.w, s.h, s.w);
  return s;
}

Tensor from_maxima(const PoolShape& s, const Tensor& u, const Tensor& index, const Shape& shape);
Tensor averages(const Tensor& x, const PoolShape& s, bool count_include_pad);

Tensor pooled_like(const Tensor& x, const PoolShape& s, DType dtype) {
  return Tensor::empty({x.size(0), x.size(1), s.out_h(), s.out_w()}, dtype, x.device());
}

/// Linear in dy: its gradient takes the numbers of u where the maxima were.
Tensor to_maxima(const PoolShape& s, const Tensor& dy, const Tensor& index, const Shape& shape) {
  return dispatch_float("max_pool2d", dy.dtype(), [&]<class T>() {
    const Tensor dx = Tensor::empty(shape, dy.dtype(), dy.device());
    kernels<T>.max_pool2d_backward(dy.device(), {s, dy.data<T>(), index.data<std::int64_t>(), dx.data<T>()});
    return record(
        "max_pool2d_backward", dx, {dy},
        [=](const Tensor& u) -> Gradients { return {from_maxima(s, u, index, shape)}; }, Order::twice);
  });
}

/// The transpose of to_maxima.
Tensor from_maxima(const PoolShape& s, const Tensor& u, const Tensor& index, const Shape& shape) {
  return dispatch_float("max_pool2d", u.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty(index.shape(), u.dtype(), u.device());
    kernels<T>.max_pool2d_gather(u.device(), {s, u.data<T>(), index.data<std::int64_t>(), y.data<T>()});
    return record(
        "max_pool2d_gather", y, {u},
        [=](const Tensor& dy) -> Gradients { return {to_maxima(s, dy, index, shape)}; }, Order::twice);
  });
}

/// Linear in dy, as the mean is in x: the gradient of one is the other.
Tensor avg_pool2d_gradient(const Tensor& dy, const Shape& shape, const PoolShape& s, bool count_include_pad) {
  return dispatch_float("avg_pool2d", dy.dtype(), [&]<class T>() {
    const Tensor dx = Tensor::empty(shape, dy.dtype(), dy.device());
    kernels<T>.avg_pool2d_backward(dy.device(), {s, count_include_pad, dy.data<T>(), dx.data<T>()});
    return record(
        "avg_pool2d_backward", dx, {dy},
        [=](const Tensor& u) -> Gradients { return {averages(u, s, count_include_pad)}; }, Order::twice);
  });
}

Tensor averages(const Tensor& x, const PoolShape& s, bool count_include_pad) {
  return dispatch_float("avg_pool2d", x.dtype(), [&]<class T>() {
    const Tensor y = pooled_like(x, s, x.dtype());
    kernels<T>.avg_pool2d_forward(x.device(), {s, count_include_pad, x.data<T>(), y.data<T>()});
    return record(
        "avg_pool2d", y, {x},
        [=, shape = x.shape()](const Tensor& dy) -> Gradients {
          return {avg_pool2d_gradient(dy, shape, s, count_include_pad)};
        },
        Order::twice);
  });
}

Tensor global_avg_pool_gradient(const Tensor& dy, const Shape& shape) {
  return dispatch_float("global_avg_pool", dy.dtype(), [&]<class T>() {
    const Tensor dx = Tensor::empty(shape, dy.dtype(), dy.device());
    kernels<T>.global_avg_pool_backward(
        dy.device(), {shape[0] * shape[1], shape[2] * shape[3], dy.data<T>(), dx.data<T>()});
    return record(
        "global_avg_pool_backward", dx, {dy},
        [](const Tensor& u) -> Gradients { return {global_avg_pool(u)}; }, Order::twice);
  });
}

}  // namespace

Tensor max_pool2d(const Tensor& x, Size2 kernel, std::optional<Size2> stride, Size2 padding, bool ceil_mode) {
  const PoolShape s = pool_shape("max_pool2d", x, kernel, stride, padding, ceil_mode);
  return dispatch_float("max_pool2d", x.dtype(), [&]<class T>() {
    const Tensor y = pooled_like(x, s, x.dtype()), index = pooled_like(x, s, DType::int64);
    kernels<T>.max_pool2d_forward(x.device(), {s, x.data<T>(), y.data<T>(), index.data<std::int64_t>()});
    return record(
        "max_pool2d", y, {x},
        [s, index, shape = x.shape()](const Tensor& dy) -> Gradients {
          return {to_maxima(s, dy, index, shape)};
        },
        Order::twice);
  });
}

Tensor avg_pool2d(const Tensor& x, Size2 kernel, std::optional<Size2> stride, Size2 padding, bool ceil_mode,
                  bool count_include_pad) {
  return averages(x, pool_shape("avg_pool2d", x, kernel, stride, padding, ceil_mode), count_include_pad);
}

Tensor global_avg_pool(const Tensor& x) {
  check_images("global_avg_pool", x);
  const std::int64_t planes = x.size(0) * x.size(1), hw = x.size(2) * x.size(3);
  return dispatch_float("global_avg_pool", x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty({x.size(0), x.size(1), 1, 1}, x.dtype(), x.device());
    kernels<T>.global_avg_pool_forward(x.device(), {planes, hw, x.data<T>(), y.data<T>()});
    return record(
        "global_avg_pool", y, {x},
        [shape = x.shape()](const Tensor& dy) -> Gradients { return {global_avg_pool_gradient(dy, shape)}; },
        Order::twice);
  });
}

}  // namespace norma::functional
