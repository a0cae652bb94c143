// judged: lines are read
#include "docs/course/14-cache/exercise.h"

// 8 columns at a time are half a line: each line is read twice.
void column_sums(CountedArray& x, std::int64_t rows, std::int64_t columns, double* sums) {
  for (std::int64_t begin = 0; begin < columns; begin += 8) {
    const std::int64_t end = std::min(columns, begin + 8);
    std::fill(sums + begin, sums + end, 0.0);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = begin; c < end; ++c) sums[c] += x.read(r * columns + c);
  }
}
