// judged: but with 1 thread it was
#include "docs/course/13-same-bits/exercise.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

// The pieces are right, but each is added to the total when it is ready.
double parallel_sum(const float* x, std::int64_t m, int threads) {
  const std::int64_t size = 4096, pieces = (m + size - 1) / size;
  double total = 0;
  std::mutex mutex;
  const auto work = [&](int t) {
    for (std::int64_t p = t; p < pieces; p += threads) {
      double sum = 0;
      for (std::int64_t i = p * size; i < std::min(m, (p + 1) * size); ++i) sum += x[i];
      const std::lock_guard lock(mutex);
      total += sum;
    }
  };
  std::vector<std::thread> crew;
  for (int t = 0; t < threads; ++t) crew.emplace_back(work, t);
  for (std::thread& thread : crew) thread.join();
  return total;
}
