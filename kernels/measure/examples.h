// One example per operation: makes the arrays and the call for a setting. bench_kernels times them,
// simt_profile and tests count their memory accesses. kernels/measure/example_arguments.h has the arguments.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kernels/conv/conv2d.h"
#include "kernels/cost.h"
#include "kernels/measure/example_arrays.h"
#include "kernels/pool/window.h"

namespace norma {

/// Sizes and constants of an example. An operation reads those that concern it.
struct ExampleSetting {
  /// N, C, H, W of x. Losses and linear take N rows of C·H·W; optimizers take N·C·H·W elements.
  std::optional<std::array<std::int64_t, 4>> shape = {};
  std::int64_t groups = 4;
  std::optional<std::int64_t> out_channels = {};                       ///< of a convolution or a linear layer
  std::optional<std::int64_t> kernel = {}, stride = {}, padding = {};  ///< of a window
  double p = 0.5;                                                      ///< of dropout
  bool channels = false;                                               ///< dropout of whole channels
  bool eval = false;                                                   ///< batch norm with running statistics
  DType dtype = DType::float32;                                        ///< float32 or float64
  bool conv_bias = true;
  std::int64_t conv_groups = 1, dilation = 1;  ///< of a convolution
  Precision precision = Precision::exact;      ///< of a convolution
  double label_smoothing = 0.1;
};

/// A kernel of 3 with stride 1 and padding 1 to C outputs, unless the setting says otherwise.
/// Throws UsageError if conv_groups does not divide the channels.
Conv2dShape conv_shape(const ExampleSetting& s);
/// A window of 2 with the stride of its side and no padding, unless the setting says otherwise.
PoolShape pool_shape(const ExampleSetting& s);

struct Example {
  std::string operation;              ///< its line in kernels/table.h
  std::array<std::int64_t, 4> shape;  ///< a small one
  std::vector<std::string> flags;  ///< what it reads of the setting beside the shape, as simt_profile's flags
  /// Makes the arrays and returns the call on their device.
  std::function<std::function<void()>(ExampleArrays&, const ExampleSetting&)> prepare;
  std::function<bool(Device)> available;            ///< whether an executor has the operation
  std::function<Cost(const ExampleSetting&)> cost;  ///< of its arguments; allocates nothing
};

/// One per line of kernels/table.h, in its order.
const std::vector<Example>& examples();

}  // namespace norma
