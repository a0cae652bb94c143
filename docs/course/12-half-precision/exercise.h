// Exercise 12: what you write, and who calls it.
#pragma once

#include <cstdint>

/// The bfloat16 that is nearest to x, as a float whose lower 16 bits are 0. Ties go to the one whose last
/// bit (bit 16) is 0. NaN stays NaN, infinity stays infinity, and numbers that are too large become infinity.
extern "C" float to_bfloat16(float x);

/// The sum of x[0 … m − 1], rounded once to bfloat16; the lower 16 bits of each x[i] are 0. m can be 0.
extern "C" float bfloat16_sum(const float* x, std::int64_t m);
