#include "core/spread.h"

#include <cmath>
#include <numeric>

#include "core/error.h"

namespace norma {

Spread spread(const std::vector<double>& values) {
  const double count = static_cast<double>(values.size());
  Spread spread{std::accumulate(values.begin(), values.end(), 0.0) / count};  // NaN, 0/0, if there are none
  if (values.size() < 2) return spread;
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / (count - 1));
  return spread;
}

std::string to_string(const Spread& spread, std::size_t seeds) {
  return seeds < 2 ? fmt::format("{:.2f}", spread.mean)
                   : fmt::format("{:.2f} ± {:.2f}", spread.mean, spread.deviation);
}

}  // namespace norma
