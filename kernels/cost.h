// The least cost of an operation: bytes (each input read once and each output written once) and arithmetic,
// if that may be the limit. A profile divides it by the time. Every argument struct of kernels/table.h gives
// its own with cost(). Statistics and parameters of norms, one number per set or per channel, are not
// counted, because they are few compared with the pixels.
#pragma once

#include <cstdint>

namespace norma {

struct Cost {
  double bytes = 0;
  double flops = 0;  ///< additions and multiplications; 0 where memory alone is the limit
};

/// `count` numbers of type T, and as many 64-bit integers as `whole`.
template <class T>
Cost cost_of_numbers(std::int64_t count, std::int64_t whole = 0) {
  return {static_cast<double>(count) * sizeof(T) + static_cast<double>(whole) * 8, 0};
}

}  // namespace norma
