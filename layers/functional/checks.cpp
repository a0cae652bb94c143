#include "layers/functional/checks.h"

#include <algorithm>

namespace norma::functional {

void check_images(const char* operation, const Tensor& x) {
  if (!x.defined()) fail("{} got an undefined tensor", operation);
  if (x.shape().rank() != 4) fail("{} takes images [N, C, H, W], not {}", operation, x.shape().to_string());
  if (x.numel() == 0) fail("{} got an empty tensor of shape {}", operation, x.shape().to_string());
}

void check_setting(const char* operation, const char* setting, Size2 value, std::int64_t least) {
  constexpr std::int64_t most = 1 << 20;
  if (std::min(value.h, value.w) < least || std::max(value.h, value.w) > most)
    fail("{} takes a {} from {} to {} in both directions, not {}×{}", operation, setting, least, most,
         value.h, value.w);
}

void check_window(const char* operation, Size2 kernel, const Tensor& x) {
  check_setting(operation, "kernel", kernel, 1);
  constexpr std::int64_t most = 1 << 29;
  if (std::max(x.size(2), x.size(3)) > most)
    fail("{} takes images of at most {} rows and columns, not {}", operation, most, x.shape().to_string());
}

void check_parameter(const char* operation, const char* parameter, const Tensor& t, const Shape& shape,
                     const Tensor& x) {
  if (!t.defined()) return;
  if (t.shape() != shape)
    fail("{} of an input {} takes a {} of shape {}, not {}", operation, x.shape().to_string(), parameter,
         shape.to_string(), t.shape().to_string());
  if (t.dtype() != x.dtype() || t.device() != x.device())
    fail("{}: the {} is {} on {}, the input {} on {}; both must agree", operation, parameter, name(t.dtype()),
         name(t.device()), name(x.dtype()), name(x.device()));
}

void check_target(const char* operation, const Tensor& target, const Tensor& x) {
  if (x.shape().rank() != 2) fail("{} takes scores [N, classes], not {}", operation, x.shape().to_string());
  if (target.shape() != Shape{x.size(0)} || target.dtype() != DType::int64)
    fail("{} of {} takes int64 labels of shape [{}], not {} {}", operation, x.shape().to_string(), x.size(0),
         name(target.dtype()), target.shape().to_string());
  if (target.device() != x.device())
    fail("{}: the labels are on {}, the scores on {}; both must agree", operation, name(target.device()),
         name(x.device()));
  if (!on_host(x.device()))
    return;  // reading the labels would stall the device; its kernels return NaN for wrong ones
  for (const std::int64_t label : target.to_vector<std::int64_t>())
    if (label < 0 || label >= x.size(1))
      fail("{}: label {} is not one of {} classes (0 to {})", operation, label, x.size(1), x.size(1) - 1);
}

void check_epilogue(const char* operation, const Epilogue& after) {
  if (!(after.p >= 0 && after.p <= 1))
    fail("{} takes a dropout probability in [0, 1], not {}", operation, after.p);
}

Tensor gradient_for(const Tensor& input, bool wanted) {
  return wanted ? Tensor::empty_like(input) : Tensor();
}

}  // namespace norma::functional
