// Layer normalization over the channels of each pixel (`ln-pixel`; ConvNeXt's LayerNorm2d, arXiv:2201.03545).
//
//   the set: the C channels at one (n, h, w), M = C       mean[n,h,w], var[n,h,w] over it (biased)
//   rstd = 1/√(var + ε)      x̂ = (x − mean)·rstd      y = x̂·weight[c] + bias[c]
//
// Backward: dbias[c] = Σₙ,ₕ,𝓌 dy     dweight[c] = Σₙ,ₕ,𝓌 dy·x̂
//   dx = rstd·(dy·weight − (Σ dy·weight + x̂·Σ dy·weight·x̂)/C), both sums over the pixel's channels.
#pragma once

#include <cstdint>

#include "kernels/norm/epilogue.h"

namespace norma {

template <class T>
struct LayerNormPixelForward {
  std::int64_t n, c, hw;  ///< x is [N, C, H, W], hw = H·W
  double eps;
  const T* x;
  const T* weight;  ///< [C] or nullptr for 1
  const T* bias;    ///< [C] or nullptr for 0
  T* y;             ///< on reference and cpu it may be x
  double* mean;     ///< [N, H·W], out; backward needs it
  double* rstd;     ///< [N, H·W], out
  Epilogue after = {};
};

template <class T>
struct LayerNormPixelBackward {
  std::int64_t n, c, hw;
  const T* dy;
  const T* x;
  const T* weight;
  const double* mean;
  const double* rstd;
  T* dx;       ///< nullptr where not needed, as the two below
  T* dweight;  ///< [C]
  T* dbias;    ///< [C]
  Epilogue after = {};
  const T* bias = nullptr;  ///< [C] or nullptr for 0; the epilogue alone needs it
};

namespace reference {
template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a);
template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a);
template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a);
template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void layer_norm_pixel_forward(const LayerNormPixelForward<T>& a);
template <class T>
void layer_norm_pixel_backward(const LayerNormPixelBackward<T>& a);
}  // namespace cuda

}  // namespace norma
