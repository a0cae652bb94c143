// Which elements dropout keeps, asked in integers.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/cuda/cuda.h"

namespace norma::NORMA_EXECUTOR {

/// A word of the random sequence is, as a number in [0, 1), (word >> 8)·2⁻²⁴; it keeps its element where that
/// is at least p.
struct Keep {
  std::uint32_t threshold;
  explicit Keep(double p) : threshold(static_cast<std::uint32_t>(std::ceil(p * 0x1p24))) {}
  __device__ bool operator()(std::uint32_t word) const { return word >> 8 >= threshold; }
};

}  // namespace norma::NORMA_EXECUTOR
