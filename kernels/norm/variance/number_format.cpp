#include "kernels/norm/variance/number_format.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace norma {

double NumberFormat::ulp(double value) const {
  const int exponent = value == 0 ? low_exponent : std::max(std::ilogb(value), low_exponent);
  return std::ldexp(1.0, exponent - bits + 1);
}

double NumberFormat::round(double value) const {
  if (!std::isfinite(value)) return value;
  const double step = ulp(value), rounded = std::nearbyint(value / step) * step;
  return std::abs(rounded) > largest ? std::copysign(std::numeric_limits<double>::infinity(), value)
                                     : rounded;
}

}  // namespace norma
