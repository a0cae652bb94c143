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

#include "core/shard.h"
#include "kernels/cost.h"
#include "kernels/executors.h"
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
  T* y;             ///< on the cpu it may be x
  stat_t* mean;     ///< [C], out: what normalised x; backward needs it
  stat_t* rstd;     ///< [C], out
  Epilogue after = {};
  Shard shard = {};  ///< of processes that share the batch: the statistics are those of all

  Cost cost() const { return cost_of_numbers<T>(2 * n * c * hw); }  // x, y
};

template <class T>
struct BatchNormBackward {
  std::int64_t n, c, hw;
  bool batch_statistics;
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
  Shard shard = {};         ///< as in forward; dweight and dbias are those of this process's images

  Cost cost() const { return cost_of_numbers<T>(3 * n * c * hw); }  // dy, x, dx
};

NORMA_DECLARE(batch_norm_forward, BatchNormForward)
NORMA_DECLARE(batch_norm_backward, BatchNormBackward)

}  // namespace norma
