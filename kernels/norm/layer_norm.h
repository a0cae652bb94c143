// Layer normalization (Ba, Kiros and Hinton 2016, arXiv:1607.06450) over the trailing dimensions, as
// PyTorch's LayerNorm: `ln-chw` on images (M = C·H·W), the last dimension on rows.
//
//   the set: one row of M elements       mean[r], var[r] over it (biased)
//   rstd = 1/√(var + ε)      x̂ = (x − mean)·rstd      y = x̂·weight[m] + bias[m]      one weight per element
//
// Backward: dbias[m] = Σᵣ dy     dweight[m] = Σᵣ dy·x̂
//   dx = rstd·(dy·weight − (Σ dy·weight + x̂·Σ dy·weight·x̂)/M), both sums over the row.
#pragma once

#include <cstdint>

#include "kernels/norm/epilogue.h"

namespace norma {

template <class T>
struct LayerNormForward {
  std::int64_t rows, m;  ///< x is [rows, M]
  double eps;
  const T* x;
  const T* weight;  ///< [M] or nullptr for 1
  const T* bias;    ///< [M] or nullptr for 0
  T* y;             ///< on reference and cpu it may be x
  double* mean;     ///< [rows], out; backward needs it
  double* rstd;     ///< [rows], out
  Epilogue after = {};
  std::int64_t plane = 1;  ///< H·W, for the epilogue alone; divides M or is divided by it
};

template <class T>
struct LayerNormBackward {
  std::int64_t rows, m;
  const T* dy;
  const T* x;
  const T* weight;
  const double* mean;
  const double* rstd;
  T* dx;       ///< nullptr where not needed, as the two below
  T* dweight;  ///< [M]
  T* dbias;    ///< [M]
  Epilogue after = {};
  std::int64_t plane = 1;   ///< these two are for the epilogue alone
  const T* bias = nullptr;  ///< [M] or nullptr for 0
};

namespace reference {
template <class T>
void layer_norm_forward(const LayerNormForward<T>& a);
template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void layer_norm_forward(const LayerNormForward<T>& a);
template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void layer_norm_forward(const LayerNormForward<T>& a);
template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void layer_norm_forward(const LayerNormForward<T>& a);
template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a);
}  // namespace cuda

}  // namespace norma
