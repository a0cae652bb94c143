// Keyword arguments as the flags of cifar_norm: batch_size=64 is --batch-size 64. So names, ranges and
// errors have one home, apps/cli/options.cpp.
#pragma once

#include <string>

#include "apps/cli/options.h"
#include "apps/python/casts.h"

namespace norma::python {

/// Throws TypeError for an unknown name.
FlagWords words_from(const nb::kwargs& arguments);

/// The options of a training run of the preset.
Options options_from(const std::string& preset, FlagWords words);

/// The command line that does the same.
std::string command_of(const std::string& preset, const FlagWords& words);

}  // namespace norma::python
