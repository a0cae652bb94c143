// The accuracies that Norma reached with its presets, from measured.inc, which `reproduce` writes.
#pragma once

#include <optional>
#include <string>

#include "layers/network/builder.h"

namespace norma {

/// Test accuracy of the best epoch in percent; nothing if it was not measured.
std::optional<double> measured_accuracy(const std::string& preset, Norm norm);

}  // namespace norma
