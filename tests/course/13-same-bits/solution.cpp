#include "docs/course/13-same-bits/exercise.h"

#include <algorithm>
#include <thread>
#include <vector>

double parallel_sum(const float* x, std::int64_t m, int threads) {
  const std::int64_t size = 4096, pieces = (m + size - 1) / size;
  std::vector<double> sums(static_cast<std::size_t>(pieces));
  const auto work = [&](int t) {
    for (std::int64_t p = t; p < pieces; p += threads) {
      double sum = 0;
      for (std::int64_t i = p * size; i < std::min(m, (p + 1) * size); ++i) sum += x[i];
      sums[static_cast<std::size_t>(p)] = sum;
    }
  };
  std::vector<std::thread> crew;
  for (int t = 0; t < threads; ++t) crew.emplace_back(work, t);
  for (std::thread& thread : crew) thread.join();
  double total = 0;
  for (const double sum : sums) total += sum;  // in the order of the pieces
  return total;
}
