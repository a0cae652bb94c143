#include "apps/report/draw/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace norma {
namespace {

constexpr std::array<Rgb, 8> series_on_white = {{{0, 114, 178},
                                                 {213, 94, 0},
                                                 {0, 138, 100},
                                                 {170, 80, 140},
                                                 {150, 110, 0},
                                                 {70, 70, 70},
                                                 {110, 15, 50},
                                                 {95, 60, 175}}};
constexpr std::array<Rgb, 8> series_on_black = {{{86, 180, 233},
                                                 {240, 140, 60},
                                                 {60, 200, 155},
                                                 {225, 150, 195},
                                                 {230, 180, 40},
                                                 {190, 190, 190},
                                                 {240, 110, 120},
                                                 {170, 145, 250}}};
constexpr std::array<Rgb, 5> ramp_on_white = {
    {{14, 45, 92}, {21, 101, 101}, {93, 125, 55}, {184, 134, 45}, {226, 117, 93}}};
constexpr std::array<Rgb, 5> ramp_on_black = {
    {{96, 140, 230}, {60, 165, 175}, {125, 170, 95}, {220, 170, 80}, {250, 180, 165}}};

Rgb on_ramp(const std::array<Rgb, 5>& ramp, const Ink& ink) {
  const double at = ink.of > 1 ? 4.0 * ink.index / (ink.of - 1) : 0;
  const auto low = static_cast<std::size_t>(std::clamp(std::floor(at), 0.0, 3.0));
  const double share = at - static_cast<double>(low);
  Rgb color;
  for (std::size_t i = 0; i < 3; ++i)
    color[i] = static_cast<std::uint8_t>(std::lround((1 - share) * ramp[low][i] + share * ramp[low + 1][i]));
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
      return series_on_white[static_cast<std::size_t>(ink.index) % series_on_white.size()];
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
      return series_on_black[static_cast<std::size_t>(ink.index) % series_on_black.size()];
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
