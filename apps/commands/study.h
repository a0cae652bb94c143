// cifar_norm study: one quantity is varied, everything else stays as it is.
//
//   cifar_norm study batch-size --norms bn,gn --batches 2,4,8,16,32,128
//   cifar_norm study groups --group-counts 1,2,4,8,16
#pragma once

#include "apps/cli/options.h"

namespace norma {

/// argv[0] is "study". Returns the exit status; throws as parse_options does.
int run_study(const Program& program, int argc, const char* const* argv);

}  // namespace norma
