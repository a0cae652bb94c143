// cifar_norm study: varies one quantity; everything else is equal.
//
//   cifar_norm study batch-size --norms bn,gn --batches 2,4,8,16,32,128
//   cifar_norm study groups --group-counts 1,2,4,8,16
#pragma once

#include "apps/cli/options.h"

namespace norma {

/// argv[0] is "study". Returns the exit status; throws the errors of parse_options().
int run_study(const Program& program, int argc, const char* const* argv);

}  // namespace norma
