// Rotation of an image about its centre, with whole numbers only. A sine from a library, or a product and a
// sum that only some compilers contract to one instruction, would differ in the last bit between executors,
// and sometimes take another pixel. Whole numbers are the same everywhere.
//
//        c = ((h − 1)/2, (w − 1)/2)             output (i, j) takes the pixel nearest to
//   ┌─────────────┐     counter-clockwise         row  c₀ + cos·(i − c₀) + sin·(j − c₁)
//   │   ╭──╴      │     as a person sees it       col  c₁ − sin·(i − c₀) + cos·(j − c₁)
//   │   ╰▸· c     │                             or black where that lies outside; halves round up.
//   └─────────────┘
//
// This is torchvision's RandomRotation by its defaults: nearest pixel, same size, about the centre, fill 0.
#pragma once

#include <cstdint>

namespace norma {

/// An angle in degrees in units of 2⁻³² turns.
constexpr std::int64_t turns_from_degrees(double degrees) {
  return static_cast<std::int64_t>(degrees / 360 * 4294967296.0);
}

struct Rotation {
  std::int64_t cosine, sine;  ///< in units of 2⁻³⁰, right to 4 of them

  /// `angle` in 2⁻³² turns, counter-clockwise; a negative one wraps round.
  constexpr explicit Rotation(std::uint32_t angle) {
    // Quarter turns, which are exact, and a rest x of at most an eighth turn, π/4, either way.
    const std::uint32_t quarters = (angle + (1u << 29)) >> 30;
    const std::int64_t rest = static_cast<std::int32_t>(angle - (quarters << 30));
    const std::int64_t x = rest * half_pi >> 30, square = x * x >> 30;
    const std::int64_t c = alternating(square, 1), s = x * alternating(square, 2) >> 30;
    cosine = quarters == 0 ? c : quarters == 1 ? -s : quarters == 2 ? -c : s;
    sine = quarters == 0 ? s : quarters == 1 ? c : quarters == 2 ? -s : -c;
  }

  /// Where in an image of h × w pixels, counted row by row, the pixel (i, j) of the rotated one comes from;
  /// −1 where that is outside. Twice the distance from the centre is a whole number, whatever the size.
  constexpr std::int64_t source(std::int64_t i, std::int64_t j, std::int64_t h, std::int64_t w) const {
    const std::int64_t down = 2 * i - (h - 1), right = 2 * j - (w - 1);
    const std::int64_t row = (cosine * down + sine * right + (h << 30)) >> 31;
    const std::int64_t column = (cosine * right - sine * down + (w << 30)) >> 31;
    return row >= 0 && row < h && column >= 0 && column < w ? row * w + column : -1;
  }

 private:
  static constexpr std::int64_t one = 1ll << 30, half_pi = 1686629713;  // π/2·2³⁰

  // Taylor's series by Horner: 1 − x²/(k(k+1))·(1 − x²/((k+2)(k+3))·(1 − …)), which is cos x from k = 1 on
  // and sin x/x from k = 2 on. For |x| ≤ π/4 the first term left out is below 2⁻³³.
  static constexpr std::int64_t alternating(std::int64_t square, int first) {
    std::int64_t sum = one;
    for (int k = first + 8; k >= first; k -= 2) sum = one - (square * sum >> 30) / (k * (k + 1));
    return sum;
  }
};

}  // namespace norma
