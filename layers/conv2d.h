// Conv2d, as torch.nn.Conv2d.
#pragma once

#include "layers/functional/conv2d.h"
#include "layers/module.h"

namespace norma {

struct Conv2dOptions {
  Size2 stride = 1;
  Size2 padding = 0;
  bool bias = true;
  /// Scaled weight standardization (Qiao et al. 2019, arXiv:1903.10520; Brock et al. 2021, arXiv:2101.08692,
  /// eq. 4): the weights are replaced by
  ///   ŵ_k = γ / √M · (w_k − mean(w_k)) / √(var(w_k) + 1e-5),   γ² = 2 / (1 − 1/π),
  /// with mean and variance over the M = in_channels·kernel_h·kernel_w elements of each filter k. An offset
  /// that all input channels share, as after ReLU, then gives no offset in the output, and the variance of an
  /// input that went through ReLU is kept.
  bool standardize = false;
  Size2 dilation = 1;
  std::int64_t groups = 1;  ///< divides both numbers of channels; in_channels: depthwise
  /// Of the factors of the products, in both directions. config.json keeps it, state_dict() does not.
  Precision precision = Precision::exact;
};

/// Parameters: weight [out_channels, in_channels / groups, kernel_h, kernel_w], bias [out_channels]; both
/// U(±1/√fan_in), fan_in = in_channels / groups·kernel_h·kernel_w.
class Conv2d : public Module {
 public:
  Conv2d(std::int64_t in_channels, std::int64_t out_channels, Size2 kernel_size,
         const Conv2dOptions& options = {});

  std::string type() const override { return "Conv2d"; }
  std::string description() const override;
  Window window() const override {
    const Size2 k = kernel_size_, d = options_.dilation;
    return {{(k.h - 1) * d.h + 1, (k.w - 1) * d.w + 1}, options_.stride};
  }
  Size2 kernel_size() const { return kernel_size_; }
  Size2 padding() const { return options_.padding; }
  const Conv2dOptions& options() const { return options_; }
  std::int64_t multiply_adds(const Shape& in, const Shape& out) const override;

  Tensor weight, bias;

  /// The filters of the convolution: the weight, or the standardized weight if the options say so.
  Tensor filters() const;
  /// Prepares the convolution without computing it, for a norm that follows (layers/fusion.h).
  functional::Conv2dCall call(const Tensor& x) const;

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  Size2 kernel_size_;
  Conv2dOptions options_;
  mutable Tensor gain_;  // of weight standardization: a constant, made once
};

}  // namespace norma
