// Depth first: a convolution hands over each image as it is written, and the norm that follows takes it from there,
// while it is in the cache.
//
//   one after the other    conv 0, conv 1, conv 2, …  all of y through memory  norm 0, norm 1, norm 2, …
//   depth first            conv 0, norm 0,  conv 1, norm 1,  conv 2, norm 2, …
//
// That is possible where an image's result hangs on this image alone: all norms but batch norm in training.
#pragma once

#include <cstdint>
#include <functional>

#include "core/autograd.h"
#include "core/tensor.h"

namespace norma::functional {

/// What to do with images [begin, end); called from any thread.
using ImageWork = std::function<void(std::int64_t begin, std::int64_t end)>;

/// Writes the images of a tensor, and calls `work` for them as soon as they are there, once for each. An empty one
/// stands for a tensor that is there already.
using Producer = std::function<void(const ImageWork& work)>;

/// A tensor that is not written yet: y.produce(…) does it. Autograd knows it already.
struct Unwritten {
  Tensor y;
  Producer produce;
};

/// Where a norm writes its result: over its input where that was made for it alone and no backward pass will ask for
/// it, so that an image is written to memory once; else a tensor like it.
inline Tensor output_for(const Producer& producer, const Tensor& x, const std::vector<Tensor>& inputs) {
  return producer && !needs_gradient(inputs) ? x : Tensor::empty_like(x);
}

/// Does the work on all images, as they come.
inline void for_images(const Producer& producer, std::int64_t images, const ImageWork& work) {
  if (producer)
    producer(work);
  else
    work(0, images);
}

}  // namespace norma::functional
