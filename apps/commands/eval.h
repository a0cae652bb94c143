// cifar_norm eval: scores a trained network on the test images.
//
//   cifar_norm eval runs/gn4 --data DIR
//
// The network is the one that the model file says it holds: training writes its configuration into it.
#pragma once

#include "apps/cli/options.h"

namespace norma {

/// argv[0] is "eval". Prints the score and returns the exit status; throws as parse_options does.
int run_eval(const Program& program, int argc, const char* const* argv);

}  // namespace norma
