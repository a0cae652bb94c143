// Colours by role, for light and dark pages. There are as many series colours as norms. They are the colours
// of Okabe and Ito, which all people can distinguish, slightly darker on white, and wine red. Layer colours
// form a ramp from the first layer to the last, similar to Crameri's batlow, with evenly rising lightness.
//
// Okabe, Ito, "Color universal design" (2008); Crameri, "Scientific colour maps"
// (doi:10.5281/zenodo.1243862).
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace norma {

enum class Role {
  text,
  muted,   ///< axes, labels
  grid,    ///< lines in the background
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
/// The style sheet's colours of the series and of this many layers: ":root{--series-0:#0072b2;…}@media …{…}".
std::string css_palette(int layers);

}  // namespace norma
