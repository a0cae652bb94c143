// The base of all norm layers, which can compute the layers before and after them in the same operation.
#pragma once

#include "kernels/norm/epilogue.h"
#include "layers/functional/conv2d.h"
#include "layers/module.h"

namespace norma {

class NormLayer : public Module {
 public:
  using Conv2dCall = functional::Conv2dCall;

  /// The norm with an epilogue and, where `before` is set, with that convolution, whose y is x. Sequential
  /// calls it (layers/fusion.h). Puts this layer's name before any error.
  Tensor fused(const Tensor& x, const Epilogue& after, const Conv2dCall* before = nullptr) {
    return named([&] { return normalize(x, after, before); });
  }
  /// Whether it can include ReLU and dropout, and a convolution before it.
  virtual bool takes_epilogue() const { return true; }
  /// Whether the result for an image depends on that image alone, in the layer's present mode.
  virtual bool image_by_image() const { return true; }

 protected:
  Tensor forward(const Tensor& x) final { return normalize(x, {}, nullptr); }
  virtual Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) = 0;
};

}  // namespace norma
