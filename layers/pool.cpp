#include "layers/pool.h"

#include "layers/functional/pool.h"

namespace norma {
namespace {

// "2", or "(2, 3)" where the sides differ.
std::string text(Size2 size) {
  return size.h == size.w ? std::to_string(size.h) : fmt::format("({}, {})", size.h, size.w);
}

std::string pool_arguments(Size2 kernel, const PoolOptions& options) {
  return fmt::format("kernel_size={}, stride={}, padding={}", text(kernel),
                     text(options.stride.value_or(kernel)), text(options.padding));
}

}  // namespace

Tensor MaxPool2d::forward(const Tensor& x) {
  return functional::max_pool2d(x, kernel_size_, options_.stride, options_.padding, options_.ceil_mode);
}
std::string MaxPool2d::description() const {
  return fmt::format("MaxPool2d({}, dilation=1, ceil_mode={})", pool_arguments(kernel_size_, options_),
                     options_.ceil_mode ? "True" : "False");
}

Tensor AvgPool2d::forward(const Tensor& x) {
  return functional::avg_pool2d(x, kernel_size_, options_.stride, options_.padding, options_.ceil_mode,
                                options_.count_include_pad);
}
std::string AvgPool2d::description() const {
  return fmt::format("AvgPool2d({})", pool_arguments(kernel_size_, options_));
}

AdaptiveAvgPool2d::AdaptiveAvgPool2d(Size2 output_size) {
  if (output_size != Size2(1))
    fail("AdaptiveAvgPool2d supports only the output size 1, not {}×{}", output_size.h, output_size.w);
}
Tensor AdaptiveAvgPool2d::forward(const Tensor& x) { return functional::global_avg_pool(x); }

}  // namespace norma
