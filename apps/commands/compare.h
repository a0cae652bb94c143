// cifar_norm compare: trains with several norms; everything else is equal.
//
//   cifar_norm compare --norms bn,gn,ln --seeds 3
#pragma once

#include "apps/cli/options.h"

namespace norma {

/// argv[0] is "compare". Returns the exit status; throws the errors of parse_options().
int run_compare(const Program& program, int argc, const char* const* argv);

}  // namespace norma
