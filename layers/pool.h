// MaxPool2d, AvgPool2d and AdaptiveAvgPool2d, as in torch.nn.
#pragma once

#include <optional>

#include "layers/module.h"

namespace norma {

struct PoolOptions {
  std::optional<Size2> stride = {};  ///< the kernel's size where not given
  Size2 padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;  ///< AvgPool2d only
};

/// What MaxPool2d and AvgPool2d have in common: windows of a size, a stride and a padding.
class Pool2d : public Module {
 public:
  explicit Pool2d(Size2 kernel_size, const PoolOptions& options = {})
      : kernel_size_(kernel_size), options_(options) {}
  Window window() const override { return {kernel_size_, options_.stride.value_or(kernel_size_)}; }
  const PoolOptions& options() const { return options_; }

 protected:
  Size2 kernel_size_;
  PoolOptions options_;
};

class MaxPool2d : public Pool2d {
 public:
  using Pool2d::Pool2d;
  std::string type() const override { return "MaxPool2d"; }
  std::string description() const override;

 protected:
  Tensor forward(const Tensor& x) override;
};

class AvgPool2d : public Pool2d {
 public:
  using Pool2d::Pool2d;
  std::string type() const override { return "AvgPool2d"; }
  std::string description() const override;

 protected:
  Tensor forward(const Tensor& x) override;
};

/// Global average pooling: PyTorch's AdaptiveAvgPool2d(1). No other output size is implemented.
class AdaptiveAvgPool2d : public Module {
 public:
  explicit AdaptiveAvgPool2d(Size2 output_size = 1);
  std::string type() const override { return "AdaptiveAvgPool2d"; }
  std::string description() const override { return "AdaptiveAvgPool2d(output_size=1)"; }
  Window window() const override { return {.global = true}; }

 protected:
  Tensor forward(const Tensor& x) override;
};

}  // namespace norma
