#include "layers/functional/arithmetic.h"

#include <algorithm>

#include "core/autograd.h"
#include "core/ranks.h"
#include "kernels/table.h"
#include "layers/functional/reshape.h"

namespace norma {
namespace functional {
namespace {

/// How v meets x (kernels/tensor/repeat.h). Sizes of 1 of x belong to whatever is beside them.
Repeat repeat_of(const char* operation, const Tensor& x, const Tensor& v) {
  const auto refuse = [&](const char* why) {
    fail("{} of {} and {}: {}", operation, x.shape().to_string(), v.shape().to_string(), why);
  };
  if (x.shape().rank() != v.shape().rank()) refuse("both need the same number of sizes; reshape one of them");
  std::int64_t sizes[4] = {1, 1, 1, 1};  // kept, repeated, kept, repeated
  int at = 0;
  for (int i = 0; i < x.shape().rank(); ++i) {
    if (v.size(i) != x.size(i) && v.size(i) != 1)
      refuse("each size of the second must be that of the first, or 1");
    if (x.size(i) == 1) continue;
    const int repeated = v.size(i) == 1 ? 1 : 0;
    if (at % 2 != repeated) ++at;
    if (at > 3) refuse("a size is repeated between two that are not; do it in two steps");
    sizes[at] *= x.size(i);
  }
  if (at < 2) return {1, 1, sizes[0], sizes[1]};
  return {sizes[0], sizes[1], sizes[2], sizes[3]};
}

void check_pair(const char* operation, const Tensor& x, const Tensor& v) {
  if (!x.defined() || !v.defined()) fail("{} got an undefined tensor", operation);
  if (x.dtype() != v.dtype() || x.device() != v.device())
    fail("{}: one tensor is {} on {}, the other {} on {}; both must agree", operation, name(x.dtype()),
         name(x.device()), name(v.dtype()), name(v.device()));
}

Tensor combine_numbers(const char* operation, CombineFunction f, const Tensor& x, const Tensor& v) {
  check_pair(operation, x, v);
  const Repeat repeat = repeat_of(operation, x, v);
  return dispatch_float(operation, x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty_like(x);
    kernels<T>.combine(x.device(), {f, repeat, x.data<T>(), v.data<T>(), y.data<T>()});
    return y;
  });
}

/// Sums x to the shape of v; over_images: v is a sum over the images of a shard.
Tensor sum_part(const Tensor& x, const Tensor& v, bool over_images) {
  Repeat repeat = repeat_of("sum", x, v);
  if (over_images && repeat.b == 1 && repeat.c == 1) repeat = {1, x.size(0), 1, repeat.d / x.size(0)};
  return dispatch_float("sum", x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty_like(v);
    kernels<T>.sum(x.device(), {repeat, x.data<T>(), y.data<T>(), over_images ? x.size(0) : 0});
    return y;
  });
}

/// Enters it on the tape as what x was summed to.
Tensor record_sum(const Tensor& y, const Tensor& x, Result result) {
  return record(
      "sum", y, {x}, [shape = x.shape()](const Tensor& dy) -> Gradients { return {expand(dy, shape)}; },
      Order::twice, result);
}

/// Sums x to the shape of v; over the images of all ranks.
Tensor sum_to(const Tensor& x, const Tensor& v, bool over_images) {
  if (!over_images)
    return x.shape() == v.shape() ? x : record_sum(sum_part(x, v, false), x, Result::as_inputs);
  const Tensor y = sum_part(x, v, true);
  if (Ranks* const ranks = sharing_ranks()) ranks->sum(y);
  return record_sum(y, x, Result::sum_over_images);
}

/// The gradient by v of an operation that repeats it. Of a shard, the part of this process: record() says
/// who adds.
Tensor gradient_sum(const Tensor& dy, const Tensor& v, bool sharded) {
  if (dy.shape() == v.shape()) return dy;
  return record_sum(sum_part(dy, v, sharded && !v.sharded()), dy, Result::as_inputs);
}

/// f'(u), made of differentiable functions.
Tensor derivative(UnaryFunction f, const Tensor& u) {
  switch (f) {
    case UnaryFunction::identity:
      break;
    case UnaryFunction::square:
      return 2 * u;
    case UnaryFunction::sqrt:
      return 0.5 * rsqrt(u);
    case UnaryFunction::rsqrt:
      return -0.5 * (rsqrt(u) * reciprocal(u));
    case UnaryFunction::reciprocal:
      return -square(reciprocal(u));
    case UnaryFunction::exp:
      return exp(u);
    case UnaryFunction::log:
      return reciprocal(u);
    case UnaryFunction::sigmoid:
      return sigmoid(u) - square(sigmoid(u));
    case UnaryFunction::tanh:
      return affine(square(tanh(u)), -1, 1);
  }
  return Tensor::full(u.shape(), 1, u.dtype(), u.device());
}

}  // namespace

Tensor unary(UnaryFunction f, const Tensor& x, double scale, double shift) {
  return dispatch_float("unary", x.dtype(), [&]<class T>() {
    const Tensor y = Tensor::empty_like(x);
    kernels<T>.unary_forward(x.device(), {f, x.numel(), scale, shift, x.data<T>(), y.data<T>()});
    return record(
        "unary", y, {x},
        [=](const Tensor& dy) -> Gradients {
          if (f == UnaryFunction::identity) return {affine(dy, scale, 0)};
          if (needs_gradient({dy, x}))  // of a second derivative
            return {affine(dy * derivative(f, affine(x, scale, shift)), scale, 0)};
          const Tensor dx = Tensor::empty_like(x);
          kernels<T>.unary_backward(x.device(),
                                    {f, x.numel(), scale, shift, dy.data<T>(), x.data<T>(), dx.data<T>()});
          return {dx};
        },
        Order::twice);
  });
}

Tensor maximum(const Tensor& x, const Tensor& v) {
  return record(
      "maximum", combine_numbers("maximum", CombineFunction::maximum, x, v), {x, v},
      [x = x.detach(), v = v.detach()](const Tensor& dy) -> Gradients {
        const Tensor dx = dy * combine_numbers("maximum", CombineFunction::greater, x, v);
        return {dx, gradient_sum(dy - dx, v, x.sharded())};
      },
      Order::twice);
}

Tensor minimum(const Tensor& x, const Tensor& v) { return -maximum(-x, -v); }

Tensor sum(const Tensor& x, const std::vector<int>& dims) {
  std::vector<std::int64_t> sizes(x.shape().begin(), x.shape().end());
  for (const int i : dims) {
    if (i < -x.shape().rank() || i >= x.shape().rank())
      fail("sum over size {} of {}, which has {}", i, x.shape().to_string(), x.shape().rank());
    sizes[static_cast<std::size_t>(i < 0 ? i + x.shape().rank() : i)] = 1;
  }
  const bool over_images = x.sharded() && std::any_of(dims.begin(), dims.end(), [&](int i) {
                             return i == 0 || i == -x.shape().rank();
                           });
  return sum_to(x, Tensor::empty(Shape(std::span<const std::int64_t>(sizes)), x.dtype(), x.device()),
                over_images);
}

Tensor mean(const Tensor& x, const std::vector<int>& dims) {
  const Tensor total = sum(x, dims);
  const std::int64_t numbers =
      x.sharded() && !total.sharded() ? x.numel() / x.size(0) * shard_of(x).all(x.size(0)) : x.numel();
  return total * (static_cast<double>(total.numel()) / static_cast<double>(numbers));
}

Tensor expand(const Tensor& v, const Shape& shape) {
  if (v.shape() == shape) return v;
  const Tensor y = Tensor::empty(shape, v.dtype(), v.device());
  const Repeat repeat = repeat_of("expand", y, v);
  dispatch_float("expand", v.dtype(), [&]<class T>() {
    kernels<T>.combine(v.device(), {CombineFunction::second, repeat, nullptr, v.data<T>(), y.data<T>()});
  });
  return record(
      "expand", y, {v},
      [v = v.detach()](const Tensor& dy) -> Gradients { return {gradient_sum(dy, v, false)}; }, Order::twice);
}

}  // namespace functional

using functional::combine_numbers;
using functional::gradient_sum;

Tensor operator+(const Tensor& x, const Tensor& v) {
  return record(
      "add", combine_numbers("add", CombineFunction::add, x, v), {x, v},
      [v = v.detach(), sharded = x.sharded()](const Tensor& dy) -> Gradients {
        return {dy, gradient_sum(dy, v, sharded)};
      },
      Order::twice);
}

Tensor operator-(const Tensor& x, const Tensor& v) {
  return record(
      "subtract", combine_numbers("subtract", CombineFunction::subtract, x, v), {x, v},
      [v = v.detach(), sharded = x.sharded()](const Tensor& dy) -> Gradients {
        return {dy, -gradient_sum(dy, v, sharded)};
      },
      Order::twice);
}

Tensor operator*(const Tensor& x, const Tensor& v) {
  return record(
      "multiply", combine_numbers("multiply", CombineFunction::multiply, x, v), {x, v},
      [x, v](const Tensor& dy) -> Gradients {
        return {x.requires_grad() ? dy * v : Tensor(),
                v.requires_grad() ? gradient_sum(dy * x, v, x.sharded()) : Tensor()};
      },
      Order::twice);
}

}  // namespace norma
