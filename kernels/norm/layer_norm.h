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

#include "kernels/cost.h"
#include "kernels/executors.h"
#include "kernels/norm/epilogue.h"

namespace norma {

template <class T>
struct LayerNormForward {
  std::int64_t rows, m;  ///< x is [rows, M]
  double eps;
  const T* x;
  const T* weight;  ///< [M] or nullptr for 1
  const T* bias;    ///< [M] or nullptr for 0
  T* y;             ///< on the cpu it may be x
  stat_t* mean;     ///< [rows], out; backward needs it
  stat_t* rstd;     ///< [rows], out
  Epilogue after = {};
  std::int64_t plane = 1;  ///< H·W, for the epilogue alone; divides M or is divided by it

  Cost cost() const { return cost_of_numbers<T>(2 * rows * m); }  // x, y
};

template <class T>
struct LayerNormBackward {
  std::int64_t rows, m;
  const T* dy;
  const T* x;
  const T* weight;
  const stat_t* mean;
  const stat_t* rstd;
  T* dx;       ///< nullptr where not needed, as the two below
  T* dweight;  ///< [M]
  T* dbias;    ///< [M]
  Epilogue after = {};
  std::int64_t plane = 1;   ///< these two are for the epilogue alone
  const T* bias = nullptr;  ///< [M] or nullptr for 0

  Cost cost() const { return cost_of_numbers<T>(3 * rows * m); }  // dy, x, dx
};

NORMA_DECLARE(layer_norm_forward, LayerNormForward)
NORMA_DECLARE(layer_norm_backward, LayerNormBackward)

}  // namespace norma
