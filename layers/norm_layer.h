// What all norm layers are: modules that can do what follows them in the same pass over memory.
#pragma once

#include "kernels/norm/epilogue.h"
#include "layers/functional/producer.h"
#include "layers/module.h"

namespace norma {

class NormLayer : public Module {
 public:
  using Producer = functional::Producer;

  /// The norm with an epilogue, of images that `producer` is yet to write unless it is empty; layers/fusion.h says when
  /// a network calls it. Names this layer before any error.
  Tensor with_epilogue(const Tensor& x, const Epilogue& after, const Producer& producer = {}) {
    return named([&] { return normalize(x, after, producer); });
  }
  /// Whether an image's result hangs on this image alone, as the layer stands.
  virtual bool image_by_image() const { return true; }

 protected:
  Tensor forward(const Tensor& x) final { return normalize(x, {}, {}); }
  virtual Tensor normalize(const Tensor& x, const Epilogue& after, const Producer& producer) = 0;
};

}  // namespace norma
