// Colours by what they are for, in light and in dark. Series, as many as there are norms, are Okabe and Ito's, which everyone
// can tell apart, a shade darker on white, and wine red; layers
// lie on a ramp from the first to the last, after Crameri's batlow, whose lightness rises evenly.
// Okabe, Ito, "Color universal design" (2008); Crameri, "Scientific colour maps" (doi:10.5281/zenodo.1243862).
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace norma {

enum class Role {
  text,
  muted,   ///< axes, labels
  grid,    ///< lines behind what matters
  series,  ///< the index-th of a few
  layer,   ///< the index-th of `of`
};

struct Ink {
  Role role = Role::text;
  int index = 0, of = 1;
};

using Rgb = std::array<std::uint8_t, 3>;

/// On white, and on nearly black.
Rgb light_color(const Ink& ink);
Rgb dark_color(const Ink& ink);

/// The colour's name in the report's style sheet: "var(--series-1)".
std::string css_color(const Ink& ink);
/// What the style sheet says of series and of so many layers: ":root{--series-0:#0072b2;…}@media …{…}".
std::string css_palette(int layers);

}  // namespace norma
