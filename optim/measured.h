// What Norma reached with its presets: measured.inc, which `reproduce` writes together with docs/results.
#pragma once

#include <optional>
#include <string>

#include "layers/network/builder.h"

namespace norma {

/// Test accuracy in percent, the best epoch's; nothing where it was not measured.
std::optional<double> measured_accuracy(const std::string& preset, Norm norm);

}  // namespace norma
