#include "apps/report/draw/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace norma {
namespace {

using Hex = std::uint32_t;  // 0xRRGGBB

Rgb rgb(Hex color) {
  return {static_cast<std::uint8_t>(color >> 16), static_cast<std::uint8_t>(color >> 8),
          static_cast<std::uint8_t>(color)};
}

constexpr std::array<Hex, 16> series_on_white = {0x0072b2, 0xd55e00, 0x008a64, 0xaa508c, 0x966e00, 0x464646,
                                                 0x6e0f32, 0x5f3caf, 0xc82828, 0x143c8c, 0x508214, 0xc83c8c,
                                                 0x00788c, 0x823c0a, 0x646496, 0x325f3c};
constexpr std::array<Hex, 16> series_on_black = {0x56b4e9, 0xf08c3c, 0x3cc89b, 0xe196c3, 0xe6b428, 0xbebebe,
                                                 0xf06e78, 0xaa91fa, 0xff7878, 0x78a0ff, 0xaadc5a, 0xff8cd2,
                                                 0x50d7e1, 0xd79664, 0xb4b4e1, 0x96c896};
constexpr std::array<Hex, 5> ramp_on_white = {0x0e2d5c, 0x156565, 0x5d7d37, 0xb8862d, 0xe2755d};
constexpr std::array<Hex, 5> ramp_on_black = {0x608ce6, 0x3ca5af, 0x7daa5f, 0xdcaa50, 0xfab4a5};

Rgb on_ramp(const std::array<Hex, 5>& ramp, const Ink& ink) {
  const double at = ink.of > 1 ? 4.0 * ink.index / (ink.of - 1) : 0;
  const auto low = static_cast<std::size_t>(std::clamp(std::floor(at), 0.0, 3.0));
  const double share = at - static_cast<double>(low);
  Rgb color;
  for (std::size_t i = 0; i < 3; ++i)
    color[i] = static_cast<std::uint8_t>(
        std::lround((1 - share) * rgb(ramp[low])[i] + share * rgb(ramp[low + 1])[i]));
  return color;
}

std::string hex(const Rgb& c) { return fmt::format("#{:02x}{:02x}{:02x}", c[0], c[1], c[2]); }

}  // namespace

Rgb light_color(const Ink& ink) {
  switch (ink.role) {
    case Role::text:
      return {28, 27, 25};
    case Role::muted:
      return {98, 95, 89};
    case Role::grid:
      return {226, 222, 214};
    case Role::series:
      return rgb(series_on_white[static_cast<std::size_t>(ink.index) % series_on_white.size()]);
    case Role::layer:
      return on_ramp(ramp_on_white, ink);
  }
  return {};
}

Rgb dark_color(const Ink& ink) {
  switch (ink.role) {
    case Role::text:
      return {236, 233, 226};
    case Role::muted:
      return {165, 160, 150};
    case Role::grid:
      return {58, 56, 52};
    case Role::series:
      return rgb(series_on_black[static_cast<std::size_t>(ink.index) % series_on_black.size()]);
    case Role::layer:
      return on_ramp(ramp_on_black, ink);
  }
  return {};
}

std::string css_color(const Ink& ink) {
  constexpr std::array names = {"text", "muted", "grid", "series", "layer"};
  const std::string name = names[static_cast<std::size_t>(ink.role)];
  const bool numbered = ink.role == Role::series || ink.role == Role::layer;
  const int index =
      ink.role == Role::series ? ink.index % static_cast<int>(series_on_white.size()) : ink.index;
  return "var(--" + name + (numbered ? "-" + std::to_string(index) : "") + ")";
}

std::string css_palette(int layers) {
  std::vector<Ink> inks = {{Role::text}, {Role::muted}, {Role::grid}};
  for (int i = 0; i < static_cast<int>(series_on_white.size()); ++i) inks.push_back({Role::series, i});
  for (int i = 0; i < layers; ++i) inks.push_back({Role::layer, i, layers});
  std::string light, dark;
  for (const Ink& ink : inks) {
    const std::string name = css_color(ink).substr(4);  // "--series-1)"
    light += name.substr(0, name.size() - 1) + ":" + hex(light_color(ink)) + ";";
    dark += name.substr(0, name.size() - 1) + ":" + hex(dark_color(ink)) + ";";
  }
  return ":root{" + light + "}\n@media screen and (prefers-color-scheme:dark){:root{" + dark + "}}";
}

}  // namespace norma
