// Mean and deviation of a few repetitions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace norma {

/// Mean and sample standard deviation over seeds. For one seed the deviation is 0; for none the mean is NaN.
struct Spread {
  double mean = 0, deviation = 0;
};
Spread spread(const std::vector<double>& values);
/// "75.49 ± 0.31", or "75.49" for one seed
std::string to_string(const Spread& spread, std::size_t seeds);

}  // namespace norma
