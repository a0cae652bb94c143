// Layer normalization over the channels of each pixel (`ln-pixel`; ConvNeXt's LayerNorm2d, arXiv:2201.03545).
//
//   the set: the C channels at one (n, h, w), M = C       mean[n,h,w], var[n,h,w] over it (biased)
//   rstd = 1/√(var + ε)      x̂ = (x − mean)·rstd      y = x̂·weight[c] + bias[c]
//
// Backward: dbias[c] = Σₙ,ₕ,𝓌 dy     dweight[c] = Σₙ,ₕ,𝓌 dy·x̂
//   dx = rstd·(dy·weight − (Σ dy·weight + x̂·Σ dy·weight·x̂)/C), both sums over the pixel's channels.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"
#include "kernels/norm/epilogue.h"

namespace norma {

template <class T>
struct LayerNormPixelForward {
  std::int64_t n, c, hw;  ///< x is [N, C, H, W], hw = H·W
  double eps;
  const T* x;
  const T* weight;  ///< [C] or nullptr for 1
  const T* bias;    ///< [C] or nullptr for 0
  T* y;             ///< on the cpu it may be x
  stat_t* mean;     ///< [N, H·W], out; backward needs it
  stat_t* rstd;     ///< [N, H·W], out
  Epilogue after = {};

  Cost cost() const { return cost_of_numbers<T>(2 * n * c * hw); }  // x, y
};

template <class T>
struct LayerNormPixelBackward {
  std::int64_t n, c, hw;
  const T* dy;
  const T* x;
  const T* weight;
  const stat_t* mean;
  const stat_t* rstd;
  T* dx;       ///< nullptr where not needed, as the two below
  T* dweight;  ///< [C]
  T* dbias;    ///< [C]
  Epilogue after = {};
  const T* bias = nullptr;  ///< [C] or nullptr for 0; the epilogue alone needs it

  Cost cost() const { return cost_of_numbers<T>(3 * n * c * hw); }  // dy, x, dx
};

NORMA_DECLARE(layer_norm_pixel_forward, LayerNormPixelForward)
NORMA_DECLARE(layer_norm_pixel_backward, LayerNormPixelBackward)

}  // namespace norma
