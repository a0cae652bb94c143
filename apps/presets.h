// Presets: published networks, each with the recipe that it was trained by.
#pragma once

#include "apps/network.h"

namespace norma {

/// `c11-48096` (walnashgit/ERAV2, session 8): C1 C2 c3 P1 C4 C5 C6 c7 P2 C8 C9 C10 GAP c11 for 32×32 colour
/// images and ten classes; 48,096 parameters with bn, ln and gn.
std::shared_ptr<Sequential> c11_48096(const NetworkChoice& choice);

}  // namespace norma
