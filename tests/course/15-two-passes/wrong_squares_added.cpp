// judged: (a row of 1000 numbers)
#include "docs/course/15-two-passes/exercise.h"

#include <cmath>

// The squares of the pieces are added without the term for their different means.
void normalize_row(CountedArray& x, std::int64_t m, double eps, float* y) {
  double sum = 0, squares = 0;
  for (std::int64_t begin = 0; begin < m; begin += 512) {
    const std::int64_t end = std::min(m, begin + 512);
    double piece_sum = 0;
    for (std::int64_t i = begin; i < end; ++i) piece_sum += x.read(i);
    const double piece_mean = piece_sum / static_cast<double>(end - begin);
    for (std::int64_t i = begin; i < end; ++i) squares += (x.read(i) - piece_mean) * (x.read(i) - piece_mean);
    sum += piece_sum;
  }
  const double mean = sum / static_cast<double>(m);
  const double rstd = 1 / std::sqrt(squares / static_cast<double>(m) + eps);
  for (std::int64_t i = 0; i < m; ++i) y[i] = static_cast<float>((x.read(i) - mean) * rstd);
}
