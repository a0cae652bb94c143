// What an operation costs at least: bytes, each input read once and each output written once, and arithmetic,
// where that may be the limit. A profile divides by the time taken. Every argument struct of kernels/table.h says
// its own, with cost(). Statistics and parameters of norms, one number per set or per channel, are left out: pixels
// outnumber them.
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
