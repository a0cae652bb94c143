// What all norm layers are: modules that can do in one operation what comes before and after them.
#pragma once

#include "kernels/norm/epilogue.h"
#include "layers/functional/conv2d.h"
#include "layers/module.h"

namespace norma {

class NormLayer : public Module {
 public:
  using Conv2dCall = functional::Conv2dCall;

  /// The norm with an epilogue and, where `before` is set, of its y, which is computed in the same operation.
  /// layers/fusion.h says when a network calls it. Names this layer before any error.
  Tensor fused(const Tensor& x, const Epilogue& after, const Conv2dCall* before = nullptr) {
    return named([&] { return normalize(x, after, before); });
  }
  /// Whether an image's result depends on this image alone, as the layer stands.
  virtual bool image_by_image() const { return true; }

 protected:
  Tensor forward(const Tensor& x) final { return normalize(x, {}, nullptr); }
  virtual Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) = 0;
};

}  // namespace norma
