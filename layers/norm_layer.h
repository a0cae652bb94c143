// What all norm layers are: modules that can do what follows them in the same pass over memory.
#pragma once

#include "kernels/norm/epilogue.h"
#include "layers/module.h"

namespace norma {

class NormLayer : public Module {
 public:
  /// The norm with an epilogue; layers/fusion.h says when a network calls it. Names this layer before any error.
  Tensor with_epilogue(const Tensor& x, const Epilogue& after) {
    return named([&] { return normalize(x, after); });
  }

 protected:
  Tensor forward(const Tensor& x) final { return normalize(x, {}); }
  virtual Tensor normalize(const Tensor& x, const Epilogue& after) = 0;
};

}  // namespace norma
