#include "layers/zoo/batch_renorm.h"

#include "core/autograd.h"
#include "core/ranks.h"
#include "kernels/table.h"

namespace norma {

using namespace functional;

namespace {

Tensor constant(double value, const Tensor& like) {
  return Tensor::full({1, 1, 1, 1}, value, like.dtype(), like.device());
}

/// A kernel, so that a graph repeats it.
void assign(const Tensor& to, const Tensor& from) {
  dispatch_float("assign", to.dtype(), [&]<class T>() {
    kernels<T>.unary_forward(to.device(),
                             {UnaryFunction::identity, to.numel(), 1, 0, from.data<T>(), to.data<T>()});
  });
}

}  // namespace

BatchRenorm2d::BatchRenorm2d(std::int64_t num_channels, const BatchRenorm2dOptions& options)
    : ComposedNorm(num_channels),
      weight(constant_parameter({num_channels}, 1)),
      bias(constant_parameter({num_channels}, 0)),
      running_mean(Tensor::zeros({num_channels})),
      running_var(Tensor::full({num_channels}, 1)),
      num_batches_tracked(Tensor::zeros({1})),
      options_(options) {
  register_parameter("weight", weight);
  register_parameter("bias", bias);
  register_buffer("running_mean", running_mean);
  register_buffer("running_var", running_var);
  register_buffer("num_batches_tracked", num_batches_tracked);
}

Tensor BatchRenorm2d::scheduled(double begin, double end, double at) const {
  const double steps = at - options_.warmup;
  const Tensor share = affine(over_images(num_batches_tracked), 1 / steps, -options_.warmup / steps);
  return affine(minimum(maximum(share, constant(0, share)), constant(1, share)), end - begin, begin);
}

void BatchRenorm2d::update(const Tensor& batch_mean, const Tensor& variance, double count) {
  const double m = options_.momentum;
  const auto mix = [&](const Tensor& running, const Tensor& now, double factor) {
    assign(running, running * (1 - m) + reshape(now, running.shape()) * (m * factor));
  };
  mix(running_mean, batch_mean, 1);
  mix(running_var, variance, count / (count - 1));
  assign(num_batches_tracked, num_batches_tracked + 1.0);
}

Tensor BatchRenorm2d::compute(const Tensor& x) {
  const Tensor running = over_images(running_mean),
               running_rstd = rsqrt(over_images(running_var), options_.eps);
  if (!is_training()) return scale_and_shift((x - running) * running_rstd, weight, bias);
  const auto count = static_cast<double>(shard_of(x).all(x.size(0)) * x.size(2) * x.size(3));
  if (count < 2)
    fail(
        "batch renorm in training needs more than one value per channel, but its input {} has one: use a "
        "batch of two or more, or another norm",
        x.shape().to_string());
  const Tensor batch_mean = mean(x, {0, 2, 3}), centred = x - batch_mean,
               variance = mean(square(centred), {0, 2, 3});
  Tensor r, d;
  {
    const NoGrad no_grad;  // r and d are constants to the gradient
    const Tensor r_max = scheduled(1, options_.r_max, options_.r_end),
                 d_max = scheduled(0, options_.d_max, options_.d_end);
    r = minimum(maximum(sqrt(variance, options_.eps) * running_rstd, reciprocal(r_max)), r_max);
    d = minimum(maximum((batch_mean - running) * running_rstd, -d_max), d_max);
    update(batch_mean, variance, count);
  }
  return scale_and_shift(centred * (rsqrt(variance, options_.eps) * r) + d, weight, bias);
}

std::string BatchRenorm2d::description() const {
  return fmt::format("BatchRenorm2d({}, eps={}, momentum={}, r_max={}, d_max={})", num_channels(),
                     options_.eps, options_.momentum, options_.r_max, options_.d_max);
}

}  // namespace norma
