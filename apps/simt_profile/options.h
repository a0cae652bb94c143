// The command line of simt_profile.
#pragma once

#include <string>

#include "apps/simt_profile/cases.h"

namespace norma {

struct ProfileOptions {
  std::string operation, direction;  ///< direction empty: all that the operation has
  ExampleSetting setting;
  bool json = false, list = false, help = false;
};

/// Reads a command line. Throws UsageError, one sentence with the nearest valid word, for what it cannot
/// take.
ProfileOptions parse_profile_options(int argc, const char* const* argv);
/// The text of --help.
std::string profile_help_text();

}  // namespace norma
