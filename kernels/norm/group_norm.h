// Group normalization (Wu and He 2018, arXiv:1803.08494). With G = 1 it is layer normalization over (C, H, W)
// with one weight per channel, with G = C instance normalization.
//
//   the set: the C/G channels of group g in image n, M = C/G·H·W        mean[n,g], var[n,g] over it (biased)
//   rstd = 1/√(var + ε)      x̂ = (x − mean)·rstd      y = x̂·weight[c] + bias[c]
//
// Backward: dbias[c] = Σₙ,ₕ,𝓌 dy     dweight[c] = Σₙ,ₕ,𝓌 dy·x̂
//   dx = rstd·(dy·weight − (Σ dy·weight + x̂·Σ dy·weight·x̂)/M), both sums over the set.
#pragma once

#include <cstdint>

#include "kernels/norm/epilogue.h"

namespace norma {

template <class T>
struct GroupNormForward {
  std::int64_t n, c, hw;  ///< x is [N, C, H, W], hw = H·W
  std::int64_t groups;    ///< divides C
  double eps;
  const T* x;
  const T* weight;  ///< [C] or nullptr for 1
  const T* bias;    ///< [C] or nullptr for 0
  T* y;             ///< on reference and cpu it may be x
  double* mean;     ///< [N, G], out; backward needs it
  double* rstd;     ///< [N, G], out
  Epilogue after = {};
};

template <class T>
struct GroupNormBackward {
  std::int64_t n, c, hw, groups;
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
void group_norm_forward(const GroupNormForward<T>& a);
template <class T>
void group_norm_backward(const GroupNormBackward<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void group_norm_forward(const GroupNormForward<T>& a);
template <class T>
void group_norm_backward(const GroupNormBackward<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void group_norm_forward(const GroupNormForward<T>& a);
template <class T>
void group_norm_backward(const GroupNormBackward<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void group_norm_forward(const GroupNormForward<T>& a);
template <class T>
void group_norm_backward(const GroupNormBackward<T>& a);
}  // namespace cuda

}  // namespace norma
