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

#include "kernels/cost.h"
#include "kernels/executors.h"
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
  T* y;             ///< on the cpu it may be x
  stat_t* mean;     ///< [N, G], out; backward needs it
  stat_t* rstd;     ///< [N, G], out
  Epilogue after = {};

  Cost cost() const { return cost_of_numbers<T>(2 * n * c * hw); }  // x, y
};

template <class T>
struct GroupNormBackward {
  std::int64_t n, c, hw, groups;
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

NORMA_DECLARE(group_norm_forward, GroupNormForward)
NORMA_DECLARE(group_norm_backward, GroupNormBackward)

}  // namespace norma
