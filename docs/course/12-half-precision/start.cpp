#include "docs/course/12-half-precision/exercise.h"

#include <bit>

float to_bfloat16(float x) {
  // Your code. This cuts the lower half off: it rounds towards 0.
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>(bits & 0xFFFF0000);
}

float bfloat16_sum(const float* x, std::int64_t m) {
  // Your code. This accumulator is a bfloat16.
  float sum = 0;
  for (std::int64_t i = 0; i < m; ++i) sum = to_bfloat16(sum + x[i]);
  return sum;
}
