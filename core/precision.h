// How the two factors of a product are rounded before they are multiplied, in a convolution. Sums are not
// rounded: float, and double in the reference.
//
//             sign  exponent  fraction
//   float32     1      8         23
//   tf32        1      8         10      TensorFloat-32; ties are rounded away from zero
//   bf16        1      8          7      bfloat16; ties are rounded to even
//
// These are the numbers that tensor cores multiply, rounded as the instructions cvt.rna.tf32.f32 and
// cvt.rn.bf16x2.f32 do it (PTX ISA, "cvt").
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace norma {

enum class Precision : std::uint8_t {
  exact,  ///< factors as they are
  tf32,
  bf16,
};

/// "exact", "tf32", "bf16", in the order of the enumeration.
const std::vector<std::string>& precision_names();
std::string name(Precision precision);
/// Throws an error that begins with `what` and lists the names if this is none of them.
Precision precision_from(const std::string& what, const std::string& name);

/// The nearest number of the precision, on devices too. Numbers beyond the largest become infinite; NaN
/// stays NaN, with zeros in the lower half like every bf16.
constexpr float round_to(Precision precision, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (precision == Precision::exact) return value;
  if (value != value) return std::bit_cast<float>((bits | 0x00400000u) & 0xffff0000u);
  if (precision == Precision::tf32) return std::bit_cast<float>((bits + 0x1000u) & 0xffffe000u);
  return std::bit_cast<float>((bits + 0x7fffu + (bits >> 16 & 1)) & 0xffff0000u);
}

/// Convolutions of doubles are exact.
inline double round_to(Precision /*precision*/, double value) { return value; }

}  // namespace norma
