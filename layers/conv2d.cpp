#include "layers/conv2d.h"

#include <cmath>
#include <numbers>

#include "layers/functional/checks.h"
#include "layers/functional/layer_norm.h"

namespace norma {

Conv2d::Conv2d(std::int64_t in_channels, std::int64_t out_channels, Size2 kernel_size,
               const Conv2dOptions& options)
    : kernel_size_(kernel_size), options_(options) {
  if (in_channels < 1 || out_channels < 1)
    fail("Conv2d takes at least one channel in and out, not {} and {}", in_channels, out_channels);
  functional::check_setting("Conv2d", "kernel", kernel_size, 1);
  functional::check_setting("Conv2d", "stride", options.stride, 1);
  functional::check_setting("Conv2d", "padding", options.padding, 0);
  functional::check_setting("Conv2d", "dilation", options.dilation, 1);
  const std::int64_t groups = options.groups;
  if (groups < 1 || in_channels % groups != 0 || out_channels % groups != 0)
    fail("Conv2d takes a number of groups that divides its {} and {} channels, not {}", in_channels,
         out_channels, groups);
  const Shape shape = {out_channels, in_channels / groups, kernel_size.h, kernel_size.w};
  const double bound = 1 / std::sqrt(static_cast<double>(shape.numel() / out_channels));
  weight = uniform_parameter(shape, bound);
  if (options.bias) bias = uniform_parameter({out_channels}, bound);
  register_parameter("weight", weight);
  register_parameter("bias", bias);
}

Tensor Conv2d::filters() const {
  if (!options_.standardize) return weight;
  const Shape filter{weight.size(1), weight.size(2), weight.size(3)};
  const double gain = std::sqrt(2 / (1 - std::numbers::inv_pi) / static_cast<double>(filter.numel()));
  if (!gain_.defined() || gain_.device() != weight.device() || gain_.dtype() != weight.dtype())
    gain_ = Tensor::full(filter, gain, weight.dtype(), weight.device());
  return functional::layer_norm(weight, filter, gain_);
}

Tensor Conv2d::forward(const Tensor& x) {
  return functional::conv2d(x, filters(), bias, options_.stride, options_.padding, options_.dilation,
                            options_.groups, options_.precision);
}

functional::Conv2dCall Conv2d::call(const Tensor& x) const {
  return named([&] {
    return functional::conv2d_call(x, filters(), bias, options_.stride, options_.padding, options_.dilation,
                                   options_.groups, options_.precision);
  });
}

std::int64_t Conv2d::multiply_adds(const Shape& /*in*/, const Shape& out) const {
  return out.numel() * weight.size(1) * weight.size(2) * weight.size(3);
}

std::string Conv2d::description() const {
  std::string text =
      fmt::format("Conv2d({}, {}, kernel_size=({}, {}), stride=({}, {})", weight.size(1) * options_.groups,
                  weight.size(0), kernel_size_.h, kernel_size_.w, options_.stride.h, options_.stride.w);
  if (options_.padding != Size2(0))
    text += fmt::format(", padding=({}, {})", options_.padding.h, options_.padding.w);
  if (options_.dilation != Size2(1))
    text += fmt::format(", dilation=({}, {})", options_.dilation.h, options_.dilation.w);
  if (options_.groups != 1) text += fmt::format(", groups={}", options_.groups);
  if (!options_.bias) text += ", bias=False";
  if (options_.standardize) text += ", standardize=True";
  if (options_.precision != Precision::exact) text += ", precision=" + name(options_.precision);
  return text + ")";
}

}  // namespace norma
