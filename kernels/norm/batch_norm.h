// Batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167).
//
//   the set: all (n, h, w) of one channel c, M = N·H·W          mean[c], var[c] over the set (biased: /M)
//   rstd = 1/√(var + ε)      x̂ = (x − mean)·rstd      y = x̂·weight[c] + bias[c]
//
// Backward, with batch statistics (kernels/norm/README.md derives it):
//   dbias = Σ dy     dweight = Σ dy·x̂     dx = weight·rstd·(dy − (dbias + x̂·dweight)/M)
// with running statistics, which are constants: dx = weight·rstd·dy.
#pragma once

#include <cstdint>

#include "kernels/norm/epilogue.h"

namespace norma {

template <class T>
struct BatchNormForward {
  std::int64_t n, c, hw;  ///< x is [N, C, H, W], hw = H·W ≥ 1
  double eps;
  bool batch_statistics;  ///< true: compute mean and var from x; false: take the running ones
  double momentum;  ///< running = (1 − momentum)·running + momentum·new, the new variance unbiased (/(M−1))
  const T* x;
  const T* weight;  ///< [C] or nullptr for 1
  const T* bias;    ///< [C] or nullptr for 0
  T* running_mean;  ///< [C]; updated with batch statistics, read without; nullptr where not tracked
  T* running_var;   ///< [C]
  T* y;             ///< on reference and cpu it may be x
  double* mean;     ///< [C], out: what normalised x; backward needs it
  double* rstd;     ///< [C], out
  Epilogue after = {};
};

template <class T>
struct BatchNormBackward {
  std::int64_t n, c, hw;
  bool batch_statistics;
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
void batch_norm_forward(const BatchNormForward<T>& a);
template <class T>
void batch_norm_backward(const BatchNormBackward<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void batch_norm_forward(const BatchNormForward<T>& a);
template <class T>
void batch_norm_backward(const BatchNormBackward<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void batch_norm_forward(const BatchNormForward<T>& a);
template <class T>
void batch_norm_backward(const BatchNormBackward<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void batch_norm_forward(const BatchNormForward<T>& a);
template <class T>
void batch_norm_backward(const BatchNormBackward<T>& a);
}  // namespace cuda

}  // namespace norma
