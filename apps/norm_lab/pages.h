// What norm_lab shows: as text for a terminal, as a page, and as a picture.
#pragma once

#include <string>

#include "core/text_table.h"
#include "data/image_file.h"
#include "layers/explain/explanation.h"
#include "layers/kept_memory.h"
#include "optim/batch_noise.h"

namespace norma {

struct Shown {
  std::string text, html;
  Picture picture;
};

/// With `colours`, the text shades the sets.
Shown show_explanation(const Explanation& e, bool colours);
/// The errors of all ways to compute a variance, in units of the last place.
Shown show_variance();
/// What was measured of the run in `whose`.
Shown show_noise(const BatchNoise& noise, const std::string& whose);
std::string memory_text(const std::string& network, const Shape& images, const KeptMemory& kept);

}  // namespace norma
