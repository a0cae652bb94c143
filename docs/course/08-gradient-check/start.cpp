#include "docs/course/08-gradient-check/exercise.h"

#include <vector>

bool gradient_is_right(Forward, Backward backward, const double* x, std::int64_t m) {
  std::vector<double> dx(static_cast<std::size_t>(m));
  backward(x, m, dx.data());
  // Your code. Give the first parameter a name: forward.
  return true;
}
