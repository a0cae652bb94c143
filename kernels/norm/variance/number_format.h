// Binary floating-point formats, emulated: arithmetic in double, each result rounded to the format. For
// + − × ÷ of formats of at most 24 bits, this gives the same result as arithmetic of that format (a double
// has more than twice as many bits, and two more).
#pragma once

#include <string>
#include <vector>

namespace norma {

struct NumberFormat {
  std::string name;
  int bits;          ///< of the significand, with the leading one: 24 of float32
  int low_exponent;  ///< 2^low_exponent is the smallest normal number
  double largest;    ///< larger results become infinite

  /// The nearest number of the format, to even if there are two.
  double round(double value) const;
  /// The distance from |value| to the next larger number of the format.
  double ulp(double value) const;
};

namespace formats {
inline const NumberFormat float32 = {"float32", 24, -126, 0x1.fffffep127};
inline const NumberFormat bfloat16 = {"bfloat16", 8, -126, 0x1.fep127};
inline const NumberFormat float16 = {"float16", 11, -14, 65504};
}  // namespace formats

}  // namespace norma
