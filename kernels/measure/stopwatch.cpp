#include "kernels/measure/stopwatch.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "core/error.h"

namespace norma {

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string waiting_text(double share) {
  return fmt::format(
      "processes that waited for their turn used {:.1f} % of a core{}", 100 * share,
      share <= 0.05 ? "" : ": too much for a fair result; unset OMP_WAIT_POLICY and GOMP_SPINCOUNT");
}

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
