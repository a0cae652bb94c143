// The command line of simt_profile.
#pragma once

#include <string>
#include "apps/simt_profile/step.h"

#include "kernels/measure/example_cases.h"

namespace norma {

struct ProfileOptions {
  std::string operation, direction;  ///< an empty direction: all directions of the operation
  ExampleSetting setting;
  StepChoice step;           ///< without a preset: no step
  const Gpu* gpu = nullptr;  ///< to model, if any
  bool json = false, list = false, help = false;
};

/// Reads a command line. Throws UsageError if it is wrong: one sentence with the nearest valid word.
ProfileOptions parse_profile_options(int argc, const char* const* argv);
/// The text of --help.
std::string profile_help_text();

}  // namespace norma
