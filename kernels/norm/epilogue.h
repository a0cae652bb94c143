// What may follow a norm in the same pass over memory: ReLU, and dropout of whole planes.
//
//   x ─▶ norm ─▶ z ─▶ max(z, 0) ─▶ · factor of the plane ─▶ y        factor = 0 or 1/(1 − p)
//
// z is written nowhere. Backward computes it again from x, which it reads anyway:
//
//   dz = dy·factor where z > 0, else 0        and then the norm's backward, with dz for dy
//
// An epilogue changes no bit: the result is that of the three operations, called one after the other. The
// table of operations (kernels/table.h) says which executors take one.
#pragma once

#include <cstdint>

#include "core/random.h"
#include "kernels/random/dropout.h"

namespace norma {

struct Epilogue {
  bool relu = false;  ///< false: no epilogue; the members below are not looked at
  double p = 0;       ///< probability that a plane is dropped, in [0, 1]
  RandomSequence random = {};
  std::int64_t first = 0;  ///< what plane 0 is in the tensor that the random sequence is for

  /// What plane n·C + c is multiplied by: the mask of dropout2d (kernels/random/dropout.h).
  double factor(std::int64_t plane) const {
    return random.now().uniform(static_cast<std::uint64_t>(first + plane)) >= p ? dropout_scale(p) : 0;
  }
  /// The epilogue of the planes from this one on.
  Epilogue from(std::int64_t plane) const { return {relu, p, random, first + plane}; }
};

}  // namespace norma
