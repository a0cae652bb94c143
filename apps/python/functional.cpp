// norma.functional: the differentiable operations.
#include <fmt/format.h>

#include "apps/python/casts.h"
#include "layers/functional/add.h"
#include "layers/functional/arithmetic.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/dropout.h"
#include "layers/functional/group_norm.h"
#include "layers/functional/instance_norm.h"
#include "layers/functional/layer_norm.h"
#include "layers/functional/layer_norm_pixel.h"
#include "layers/functional/linear.h"
#include "layers/functional/loss.h"
#include "layers/functional/pool.h"
#include "layers/functional/relu.h"
#include "layers/functional/reshape.h"
#include "layers/functional/rms_norm.h"

namespace norma::python {
namespace {

using namespace nb::literals;
namespace f = functional;
using Optional = std::optional<Input>;
using DeviceName = std::optional<std::string>;

void bind_layers(nb::module_& m) {
  m.def(
      "conv2d",
      [](const Input& x, const Input& weight, const Optional& bias, Size2 stride, Size2 padding,
         Size2 dilation, std::int64_t groups, const std::string& precision, const DeviceName& device) {
        const Place on(x, device);
        return f::conv2d(on(x), on(weight), on(bias), stride, padding, dilation, groups,
                         precision_from("precision", precision));
      },
      "x"_a, "weight"_a, "bias"_a = nb::none(), "stride"_a = Size2(1), "padding"_a = Size2(0),
      "dilation"_a = Size2(1), "groups"_a = 1, "precision"_a = "exact", "device"_a = nb::none(), Release(),
      "2-D convolution. x [N, C, H, W], weight [K, C / groups, kernel_h, kernel_w], bias [K] → [N, K, out_h, "
      "out_w]. "
      "`precision`: how the factors of the products are rounded, exact, tf32 or bf16.");
  m.def(
      "linear",
      [](const Input& x, const Input& weight, const Optional& bias, const DeviceName& device) {
        const Place on(x, device);
        return f::linear(on(x), on(weight), on(bias));
      },
      "x"_a, "weight"_a, "bias"_a = nb::none(), "device"_a = nb::none(), Release(),
      "x·weightᵀ + bias. x [N, in], weight [out, in], bias [out] → [N, out].");
  m.def(
      "dropout",
      [](const Input& x, double p, bool training, const DeviceName& device) {
        return f::dropout(Place(x, device)(x), p, training);
      },
      "x"_a, "p"_a = 0.5, "training"_a = true, "device"_a = nb::none(), Release(),
      "Sets each element to 0 with probability p, and multiplies the others by 1/(1 − p).");
  m.def(
      "dropout2d",
      [](const Input& x, double p, bool training, const DeviceName& device) {
        return f::dropout2d(Place(x, device)(x), p, training);
      },
      "x"_a, "p"_a = 0.5, "training"_a = true, "device"_a = nb::none(), Release(),
      "Dropout of whole channels of x [N, C, H, W].");
  m.def(
      "max_pool2d",
      [](const Input& x, Size2 kernel_size, std::optional<Size2> stride, Size2 padding, bool ceil_mode,
         const DeviceName& device) {
        return f::max_pool2d(Place(x, device)(x), kernel_size, stride, padding, ceil_mode);
      },
      "x"_a, "kernel_size"_a, "stride"_a = nb::none(), "padding"_a = Size2(0), "ceil_mode"_a = false,
      "device"_a = nb::none(), Release(),
      "The largest number in each window of x [N, C, H, W]. The stride is the size of the window by "
      "default.");
  m.def(
      "avg_pool2d",
      [](const Input& x, Size2 kernel_size, std::optional<Size2> stride, Size2 padding, bool ceil_mode,
         bool count_include_pad, const DeviceName& device) {
        return f::avg_pool2d(Place(x, device)(x), kernel_size, stride, padding, ceil_mode, count_include_pad);
      },
      "x"_a, "kernel_size"_a, "stride"_a = nb::none(), "padding"_a = Size2(0), "ceil_mode"_a = false,
      "count_include_pad"_a = true, "device"_a = nb::none(), Release(),
      "The mean of each window of x [N, C, H, W].");
}

void bind_norms_of_batches(nb::module_& m) {
  m.def(
      "batch_norm",
      [](const Input& x, const Optional& running_mean, const Optional& running_var, const Optional& weight,
         const Optional& bias, bool training, double momentum, double eps, std::int64_t ghost,
         const DeviceName& device) {
        const Place on(x, device);
        return f::batch_norm(on(x), on.changed("running_mean", running_mean),
                             on.changed("running_var", running_var), on(weight), on(bias), training, momentum,
                             eps, {}, nullptr, ghost);
      },
      "x"_a, "running_mean"_a = nb::none(), "running_var"_a = nb::none(), "weight"_a = nb::none(),
      "bias"_a = nb::none(), "training"_a = false, "momentum"_a = 0.1, "eps"_a = 1e-5, "ghost"_a = 0,
      "device"_a = nb::none(), Release(),
      "Batch norm. x [N, C, H, W]; all others [C]. In training it normalizes by the statistics of the batch "
      "(with "
      "`ghost` > 0, of so many images at a time) and changes the running ones; else by the running ones, or "
      "by those of "
      "the batch if there are none.");
  m.def(
      "instance_norm",
      [](const Input& x, const Optional& running_mean, const Optional& running_var, const Optional& weight,
         const Optional& bias, bool use_input_stats, double momentum, double eps, const DeviceName& device) {
        const Place on(x, device);
        return f::instance_norm(on(x), on.changed("running_mean", running_mean),
                                on.changed("running_var", running_var), on(weight), on(bias), use_input_stats,
                                momentum, eps);
      },
      "x"_a, "running_mean"_a = nb::none(), "running_var"_a = nb::none(), "weight"_a = nb::none(),
      "bias"_a = nb::none(), "use_input_stats"_a = true, "momentum"_a = 0.1, "eps"_a = 1e-5,
      "device"_a = nb::none(), Release(),
      "Instance norm: each channel of each image by itself. x [N, C, H, W]; all others [C].");
}

void bind_norms_of_images(nb::module_& m) {
  m.def(
      "group_norm",
      [](const Input& x, std::int64_t groups, const Optional& weight, const Optional& bias, double eps,
         const DeviceName& device) {
        const Place on(x, device);
        return f::group_norm(on(x), groups, on(weight), on(bias), eps);
      },
      "x"_a, "groups"_a, "weight"_a = nb::none(), "bias"_a = nb::none(), "eps"_a = 1e-5,
      "device"_a = nb::none(), Release(),
      "Group norm. x [N, C, H, W]; `groups` divides C; weight and bias [C], 1 and 0 by default.");
  m.def(
      "layer_norm",
      [](const Input& x, const Sizes& normalized_shape, const Optional& weight, const Optional& bias,
         double eps, const DeviceName& device) {
        const Place on(x, device);
        return f::layer_norm(on(x), normalized_shape, on(weight), on(bias), eps);
      },
      "x"_a, "normalized_shape"_a, "weight"_a = nb::none(), "bias"_a = nb::none(), "eps"_a = 1e-5,
      "device"_a = nb::none(), Release(),
      "Layer norm over the last dimensions of x, which must be `normalized_shape`, as must weight and bias.");
  m.def(
      "layer_norm_pixel",
      [](const Input& x, const Optional& weight, const Optional& bias, double eps, const DeviceName& device) {
        const Place on(x, device);
        return f::layer_norm_pixel(on(x), on(weight), on(bias), eps);
      },
      "x"_a, "weight"_a = nb::none(), "bias"_a = nb::none(), "eps"_a = 1e-5, "device"_a = nb::none(),
      Release(), "Layer norm over the channels of each pixel. x [N, C, H, W]; weight and bias [C].");
  m.def(
      "rms_norm",
      [](const Input& x, const Optional& weight, double eps, const DeviceName& device) {
        const Place on(x, device);
        return f::rms_norm(on(x), on(weight), eps);
      },
      "x"_a, "weight"_a = nb::none(), "eps"_a = 1e-5, "device"_a = nb::none(), Release(),
      "RMS norm over the channels and pixels of each image. x [N, C, H, W]; weight [C].");
}

void bind_losses(nb::module_& m) {
  m.def(
      "nll_loss",
      [](const Input& x, const Input& target, const DeviceName& device) {
        const Place on(x, device);
        return f::nll_loss(on(x), on(target));
      },
      "x"_a, "target"_a, "device"_a = nb::none(), Release(),
      "Mean negative log-likelihood of log-probabilities x [N, classes] at target, int64 [N]. A scalar.");
  m.def(
      "cross_entropy",
      [](const Input& x, const Input& target, double label_smoothing, const DeviceName& device) {
        const Place on(x, device);
        return f::cross_entropy(on(x), on(target), label_smoothing);
      },
      "x"_a, "target"_a, "label_smoothing"_a = 0.0, "device"_a = nb::none(), Release(),
      "Cross entropy of scores x [N, classes] at target, int64 [N]. A scalar.");
  m.def(
      "correct_count",
      [](const Input& x, const Input& target) {
        const Place on(x, {});
        return static_cast<std::int64_t>(f::correct_count(on(x), on(target)).item());
      },
      "x"_a, "target"_a, Release(),
      "How many rows of x [N, classes] have their largest value at target, int64 [N].");
  m.def(
      "abs_sum", [](const Input& x, double factor) { return f::abs_sum(x.get(), factor); }, "x"_a,
      "factor"_a = 1.0, Release(), "factor·Σ|x|, the L1 penalty of a parameter. A scalar.");
}

void bind_unary(nb::module_& m) {
  using Function = Tensor (*)(const Tensor&);
  const std::vector<std::tuple<const char*, Function, const char*>> functions = {
      {"relu", f::relu, "max(x, 0), element by element."},
      {"log_softmax", f::log_softmax, "Over the last dimension of x [N, classes]."},
      {"global_avg_pool", f::global_avg_pool, "The mean of every plane: [N, C, H, W] → [N, C, 1, 1]."},
      {"flatten", f::flatten, "[N, …] → [N, the rest]."},
      {"square", f::square, "x², element by element."},
      {"exp", f::exp, "eˣ, element by element."},
      {"log", f::log, "The natural logarithm, element by element."},
      {"sigmoid", f::sigmoid, "1/(1 + e⁻ˣ), element by element."},
      {"tanh", f::tanh, "The hyperbolic tangent, element by element."},
  };
  for (const auto& [name, function, text] : functions)
    m.def(
        name, [function](const Input& x, const DeviceName& device) { return function(Place(x, device)(x)); },
        "x"_a, "device"_a = nb::none(), Release(), text);
  using WithEps = Tensor (*)(const Tensor&, double);
  const std::vector<std::tuple<const char*, WithEps, const char*>> with_eps = {
      {"sqrt", f::sqrt, "√(x + eps), element by element."},
      {"rsqrt", f::rsqrt, "1/√(x + eps), element by element."},
      {"reciprocal", f::reciprocal, "1/(x + eps), element by element."},
  };
  for (const auto& [name, function, text] : with_eps)
    m.def(
        name, [function](const Input& x, double eps) { return function(x.get(), eps); }, "x"_a, "eps"_a = 0.0,
        Release(), text);
}

void bind_pairs(nb::module_& m) {
  using Function = Tensor (*)(const Tensor&, const Tensor&);
  const std::vector<std::tuple<const char*, Function, const char*>> functions = {
      {"add", f::add, "x + v of equal shapes, the residual connection."},
      {"maximum", f::maximum, "max(x, v); sizes of v that are 1 are repeated."},
      {"minimum", f::minimum, "min(x, v); sizes of v that are 1 are repeated."},
  };
  for (const auto& [name, function, text] : functions)
    m.def(
        name,
        [function](const Input& x, const Input& v) {
          const Place on(x, {});
          return function(on(x), on(v));
        },
        "x"_a, "v"_a, Release(), text);
  m.def(
      "sum", [](const Input& x, const std::vector<int>& dim) { return f::sum(x.get(), dim); }, "x"_a, "dim"_a,
      Release(), "The sum over these dimensions, which become 1. At most two groups of neighbouring ones.");
  m.def(
      "mean", [](const Input& x, const std::vector<int>& dim) { return f::mean(x.get(), dim); }, "x"_a,
      "dim"_a, Release(), "The mean over these dimensions, which become 1.");
  m.def(
      "expand", [](const Input& v, const Sizes& shape) { return f::expand(v.get(), shape); }, "v"_a,
      "shape"_a, Release(), "v repeated to this shape, of which each size of v has the size or is 1.");
  m.def(
      "reshape", [](const Input& x, const Sizes& shape) { return f::reshape(x.get(), shape); }, "x"_a,
      "shape"_a, Release(), "The same numbers in another shape.");
}

}  // namespace

void bind_functional(nb::module_& m) {
  nb::module_ functional = m.def_submodule(
      "functional",
      "Differentiable operations. Arguments are norma.Tensor, NumPy arrays or anything with __dlpack__, "
      "which are not "
      "copied on the CPU. device moves them to 'cpu', 'simt', 'cuda' or 'reference'; by default they stay.");
  bind_layers(functional);
  bind_norms_of_batches(functional);
  bind_norms_of_images(functional);
  bind_losses(functional);
  bind_unary(functional);
  bind_pairs(functional);
}

}  // namespace norma::python
