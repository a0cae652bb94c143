// Root-mean-square normalization (Zhang and Sennrich 2019, arXiv:1910.07467) over the channels and pixels of
// an image, with one weight per channel: layer normalization without the mean and without the bias.
//
//   the set: image n, M = C·H·W values        rrms[n] = 1/√(Σ x²/M + ε)
//   x̂ = x·rrms        y = x̂·weight[c]
//
// Backward: dweight[c] = Σₙ,ₕ,𝓌 dy·x̂      dx = rrms·(dy·weight − x̂·Σ dy·weight·x̂/M), the sum over the set.
#pragma once

#include <cstdint>

#include "kernels/cost.h"
#include "kernels/executors.h"
#include "kernels/norm/epilogue.h"

namespace norma {

template <class T>
struct RmsNormForward {
  std::int64_t n, c, hw;  ///< x is [N, C, H, W], hw = H·W
  double eps;
  const T* x;
  const T* weight;  ///< [C] or nullptr for 1
  T* y;             ///< on the cpu it may be x
  stat_t* rrms;     ///< [N], out; backward needs it
  Epilogue after = {};

  Cost cost() const { return cost_of_numbers<T>(2 * n * c * hw); }  // x, y
};

template <class T>
struct RmsNormBackward {
  std::int64_t n, c, hw;
  const T* dy;
  const T* x;
  const T* weight;
  const stat_t* rrms;
  T* dx;       ///< nullptr where not needed, as the one below
  T* dweight;  ///< [C]
  Epilogue after = {};

  Cost cost() const { return cost_of_numbers<T>(3 * n * c * hw); }  // dy, x, dx
};

NORMA_DECLARE(rms_norm_forward, RmsNormForward)
NORMA_DECLARE(rms_norm_backward, RmsNormBackward)

}  // namespace norma
