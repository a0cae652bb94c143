// Dropout (Srivastava et al. 2014): y = x·keep/(1 − p), keep drawn once for every `run` neighbouring
// elements: run = 1 is element dropout, run = H·W channel dropout (Dropout2d; Tompson et al. 2015,
// arXiv:1411.4280). Element i is kept where uniform number first + i/run of the sequence (core/random.h) is
// at least p, so that the same mask can be drawn again: backward is the same operation applied to dy, and
// no mask is stored.
#pragma once

#include <cstdint>

#include "core/random.h"
#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct DropElements {
  std::int64_t count;
  std::int64_t run;  ///< divides count
  double p;          ///< probability of a zero, in [0, 1]
  RandomSequence random;
  const T* x;
  T* y;
  std::int64_t first = 0;  ///< the number of the sequence that x begins with

  Cost cost() const { return cost_of_numbers<T>(2 * count); }
};

/// The factor of elements that are kept.
inline double dropout_scale(double p) { return p < 1 ? 1 / (1 - p) : 0; }

NORMA_DECLARE(dropout, DropElements)

}  // namespace norma
