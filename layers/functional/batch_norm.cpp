#include "layers/functional/batch_norm.h"

#include <algorithm>

#include "core/autograd.h"
#include "core/ranks.h"
#include "kernels/table.h"
#include "layers/functional/checks.h"
#include "layers/functional/definitions.h"
#include "layers/functional/norm_call.h"

namespace norma::functional {
namespace {

// The leaves of sums over a batch: local statistics are a tree of their own, as those of a ghost batch are.
int leaves_for(const Shard& shard) {
  return shard.ranks != nullptr && !shard.shares_statistics() ? most_leaves : image_leaves();
}

// [groups, C] → [C]
template <class T>
Tensor sum_of_groups(const Tensor& t) {
  if (!t.defined() || t.size(0) == 1) return t.defined() ? t.view({t.size(1)}) : t;
  const Tensor sum = Tensor::empty({t.size(1)}, t.dtype(), t.device());
  kernels<T>.sum(t.device(), {{1, t.size(0), t.size(1), 1}, t.data<T>(), sum.data<T>(), t.size(0)});
  return sum;
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, bool training, double momentum, double eps,
                  const Epilogue& after, const Conv2dCall* before, std::int64_t ghost) {
  check_images("batch_norm", x);
  const std::int64_t n = x.size(0), c = x.size(1), hw = x.size(2) * x.size(3);
  check_parameter("batch_norm", "running_mean", running_mean, {c}, x);
  check_parameter("batch_norm", "running_var", running_var, {c}, x);
  check_parameter("batch_norm", "weight", weight, {c}, x);
  check_parameter("batch_norm", "bias", bias, {c}, x);
  const bool batch_statistics = training || !running_mean.defined();
  if (batch_statistics && before != nullptr)
    fail("batch norm over the statistics of the batch needs all images before it can begin");
  check_epilogue("batch_norm", after);
  const Shard shard = shard_of(x);
  if (shard.ranks && batch_statistics && ghost > 0)
    fail("ghost batches of {} images need all images in one process: use --bn local instead", ghost);
  // Groups of images with statistics of their own: [first image, end).
  const std::int64_t size = batch_statistics && ghost > 0 ? std::min(ghost, n) : n,
                     groups = (n + size - 1) / size, last = n - (groups - 1) * size;
  if (batch_statistics && (shard.shares_statistics() ? shard.total : last) * hw == 1)
    fail(
        "batch norm in training needs more than one value per channel, but {} {} has one: use a batch of two "
        "or "
        "more, or another norm",
        groups > 1 ? "the last ghost batch of its input" : "its input", x.shape().to_string());
  const auto images_of = [=](std::int64_t group) { return group + 1 == groups ? last : size; };

  return dispatch_float("batch_norm", x.dtype(), [&]<class T>() {
    const Tensor y = norm_output(x, before, {x, weight, bias});
    const Tensor mean = Tensor::empty({groups, c}, dtype_of<stat_t>, x.device()),
                 rstd = Tensor::empty_like(mean);
    const ImageLeaves leaves(leaves_for(shard));
    for (std::int64_t g = 0; g < groups; ++g) {
      const std::int64_t at = g * size * c * hw;
      call_norm(kernels<T>.batch_norm_forward, x.device(),
                {images_of(g), c, hw, eps, batch_statistics, momentum, x.data<T>() + at, weight.data<T>(),
                 bias.data<T>(), running_mean.data<T>(), running_var.data<T>(), y.data<T>() + at,
                 mean.data<double>() + g * c, rstd.data<double>() + g * c, after.from(g * size * c), shard},
                before);
    }
    return record(
        "batch_norm", y, {x, weight, bias},
        [=, need_dx = x.requires_grad(),
         need_affine = weight.requires_grad() || bias.requires_grad()](const Tensor& dy) -> Gradients {
          if (needs_gradient({dy, x, weight, bias}))  // of a second derivative
            return recorded_gradients({x, weight, bias}, dy, [&](const std::vector<Tensor>& t) {
              return batch_statistics
                         ? definition::batch_norm(t[0], t[1], t[2], eps)
                         : definition::batch_norm(t[0], running_mean, running_var, t[1], t[2], eps);
            });
          const ImageLeaves of_backward(leaves_for(shard));
          const Tensor dx = gradient_for(x, need_dx);
          const auto affine_gradients = [&](const Tensor& parameter) {  // one per group
            const bool needed = need_affine && parameter.defined();
            return needed ? Tensor::empty({groups, c}, x.dtype(), x.device()) : Tensor();
          };
          const Tensor dweight = affine_gradients(weight), dbias = affine_gradients(bias);
          const auto part = [](const Tensor& t, std::int64_t first) {
            return t.defined() ? t.data<T>() + first : nullptr;
          };
          for (std::int64_t g = 0; g < groups; ++g) {
            const std::int64_t at = g * size * c * hw;
            kernels<T>.batch_norm_backward(
                x.device(),
                {images_of(g), c, hw, batch_statistics, dy.data<T>() + at, x.data<T>() + at, weight.data<T>(),
                 mean.data<double>() + g * c, rstd.data<double>() + g * c, part(dx, at), part(dweight, g * c),
                 part(dbias, g * c), after.from(g * size * c), bias.data<T>(), shard});
          }
          return {dx, sum_of_groups<T>(dweight), sum_of_groups<T>(dbias)};
        },
        groups > 1 ? Order::once : order_of(after));
  });
}

}  // namespace norma::functional
