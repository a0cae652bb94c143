#include "layers/simple.h"

#include "layers/functional/dropout.h"
#include "layers/functional/pool.h"
#include "layers/functional/relu.h"
#include "layers/functional/reshape.h"

namespace norma {
namespace {

double probability(const char* layer, double p) {
  if (!(p >= 0 && p <= 1)) fail("{} takes a probability in [0, 1], not {}", layer, p);
  return p;
}

std::string pool_description(const char* type, Size2 kernel, const PoolOptions& options) {
  const Size2 stride = options.stride.value_or(kernel);
  return fmt::format("{}(kernel_size=({}, {}), stride=({}, {}), padding=({}, {}), ceil_mode={})", type,
                     kernel.h, kernel.w, stride.h, stride.w, options.padding.h, options.padding.w,
                     options.ceil_mode ? "True" : "False");
}

}  // namespace

Tensor ReLU::forward(const Tensor& x) { return functional::relu(x); }

Tensor Flatten::forward(const Tensor& x) { return functional::flatten(x); }

Dropout::Dropout(double p) : p_(probability("Dropout", p)) {}
Tensor Dropout::forward(const Tensor& x) { return functional::dropout(x, p_, is_training()); }

Dropout2d::Dropout2d(double p) : p_(probability("Dropout2d", p)) {}
Tensor Dropout2d::forward(const Tensor& x) { return functional::dropout2d(x, p_, is_training()); }

Tensor MaxPool2d::forward(const Tensor& x) {
  return functional::max_pool2d(x, kernel_size_, options_.stride, options_.padding, options_.ceil_mode);
}
std::string MaxPool2d::description() const { return pool_description("MaxPool2d", kernel_size_, options_); }

Tensor AvgPool2d::forward(const Tensor& x) {
  return functional::avg_pool2d(x, kernel_size_, options_.stride, options_.padding, options_.ceil_mode,
                                options_.count_include_pad);
}
std::string AvgPool2d::description() const { return pool_description("AvgPool2d", kernel_size_, options_); }

AdaptiveAvgPool2d::AdaptiveAvgPool2d(Size2 output_size) {
  if (output_size != Size2(1))
    fail("AdaptiveAvgPool2d knows the output size 1 only, not {}×{}", output_size.h, output_size.w);
}
Tensor AdaptiveAvgPool2d::forward(const Tensor& x) { return functional::global_avg_pool(x); }

}  // namespace norma
