// cifar_norm compare: the norms side by side, everything else equal.
//
//   cifar_norm compare --norms bn,gn,ln --seeds 3
#pragma once

#include "apps/cli/options.h"

namespace norma {

/// argv[0] is "compare". Returns the exit status; throws as parse_options does.
int run_compare(const Program& program, int argc, const char* const* argv);

}  // namespace norma
