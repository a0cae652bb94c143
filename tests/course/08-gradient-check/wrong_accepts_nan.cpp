// judged: NaN in one element
#include "docs/course/08-gradient-check/exercise.h"

#include <algorithm>
#include <cmath>
#include <vector>

bool gradient_is_right(Forward forward, Backward backward, const double* x, std::int64_t m) {
  double size = 0;
  for (std::int64_t i = 0; i < m; ++i) size = std::max(size, std::abs(x[i]));
  const double h = 1e-5 * size;

  std::vector<double> moved(x, x + m), numeric(moved.size()), dx(moved.size());
  double largest = 0;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    moved[i] = x[i] + h;
    const double up = forward(moved.data(), m);
    moved[i] = x[i] - h;
    const double down = forward(moved.data(), m);
    moved[i] = x[i];
    numeric[i] = (up - down) / (2 * h);
    largest = std::max(largest, std::abs(numeric[i]));
  }
  backward(x, m, dx.data());
  for (std::size_t i = 0; i < dx.size(); ++i)
    if (std::abs(dx[i] - numeric[i]) > 1e-3 * largest) return false;
  return true;
}
