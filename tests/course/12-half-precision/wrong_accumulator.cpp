// judged: the sum of 259 ones is 256
#include "docs/course/12-half-precision/exercise.h"

#include <bit>
#include <cmath>

float to_bfloat16(float x) {
  if (std::isnan(x)) return NAN;
  std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  bits += 0x7FFF + (bits >> 16 & 1);
  return std::bit_cast<float>(bits & 0xFFFF0000);
}

float bfloat16_sum(const float* x, std::int64_t m) {
  float sum = 0;
  for (std::int64_t i = 0; i < m; ++i) sum = to_bfloat16(sum + x[i]);
  return sum;
}
