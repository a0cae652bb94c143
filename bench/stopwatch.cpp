#include "bench/stopwatch.h"

#include <algorithm>
#include <cmath>

namespace norma {

// The CPU executors, simt among them, have ended when they return.
void finish(Device) {}

double Samples::quantile(double share) const {
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], at - static_cast<double>(below));
}

double Samples::least() const { return *std::min_element(seconds.begin(), seconds.end()); }

int Patience::calls(double seconds_a_call) const {
  const double most = seconds / samples;
  return static_cast<int>(std::clamp(most / std::max(seconds_a_call, 1e-9), 1.0, 1e6));
}

}  // namespace norma
