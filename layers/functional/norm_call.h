// Computes a norm, or a norm and the convolution before it at once.
#pragma once

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/functional/conv2d.h"

namespace norma::functional {

/// The output of a norm of x. It is x itself if a convolution makes x only for this norm and no backward pass
/// needs x: then an image is written to memory once. Else it is a new tensor like x.
inline Tensor norm_output(const Tensor& x, const Conv2dCall* before, const std::vector<Tensor>& inputs) {
  return before != nullptr && !needs_gradient(inputs) ? x : Tensor::empty_like(x);
}

/// A norm can be differentiated twice if it includes nothing else.
inline Order order_of(const Epilogue& after) { return after.relu ? Order::once : Order::twice; }

/// Runs a norm; with `before`, whose y is the norm's x, both in one operation.
template <template <class> class Args, class T>
void call_norm(const Operation<Args<T>>& norm, Device device, const Args<T>& args, const Conv2dCall* before) {
  if (before == nullptr) return norm(device, args);
  kernels<T>.conv2d_norm_forward(device, {before->args<T>(), args});
}

}  // namespace norma::functional
