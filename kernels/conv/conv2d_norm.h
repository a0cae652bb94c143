// Convolution and norm in one operation:
//
//   z = conv2d(x)        y = norm(z), with the epilogue of the norm
//
// for norms that normalise each image by itself: all but batch norm over the statistics of the batch. An
// executor may go depth first, so that the norm finds each image in the cache:
//
//   one after the other    conv 0, conv 1, conv 2, …  all of z through memory  norm 0, norm 1, norm 2, …
//   depth first            conv 0, norm 0,  conv 1, norm 1,  conv 2, norm 2, …
//
// The result has the bits of the two operations. Backward is theirs, too: that of the norm, which needs z,
// and then that of the convolution.
#pragma once

#include <variant>

#include "kernels/conv/conv2d.h"
#include "kernels/cost.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/norm/group_norm.h"
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/layer_norm_pixel.h"
#include "kernels/norm/rms_norm.h"

namespace norma {

template <class T>
struct Conv2dNormForward {
  Conv2dForward<T> conv;  ///< conv.y is z
  /// Its x is z, [N, K, out_h, out_w], and its y may be z where nothing needs z afterwards. A row of layer
  /// norm lies within an image; batch norm takes running statistics.
  std::variant<BatchNormForward<T>, GroupNormForward<T>, LayerNormForward<T>, LayerNormPixelForward<T>,
               RmsNormForward<T>>
      norm;
  static constexpr const char* norm_names[] = {"batch_norm", "group_norm", "layer_norm", "layer_norm_pixel",
                                               "rms_norm"};
  static_assert(std::size(norm_names) == std::variant_size_v<decltype(norm)>);

  Cost cost() const {
    const Conv2dShape& s = conv.s;
    // The norm reads z from the cache. z is written to memory too if it is not the same array as y, as in
    // training (or if no arrays exist).
    const bool keeps_z = std::visit([&](const auto& a) { return a.y != conv.y || a.y == nullptr; }, norm);
    const Cost z = cost_of_numbers<T>(keeps_z ? s.y_size() : 0);
    return {convolution_cost<T>(s).bytes + z.bytes, convolution_cost<T>(s).flops};
  }
};

/// For std::visit(EachNorm{…}, a.norm): one function per norm.
template <class... F>
struct EachNorm : F... {
  using F::operator()...;
};
template <class... F>
EachNorm(F...) -> EachNorm<F...>;  // Clang 16 does not deduce this itself

NORMA_DECLARE(conv2d_norm_forward, Conv2dNormForward)

}  // namespace norma
