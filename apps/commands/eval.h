// cifar_norm eval: scores a trained network on the test images. cifar_norm recalibrate: the same before and
// after the statistics of its batch norms are computed anew over the training images (optim/recalibrate.h).
//
//   cifar_norm eval runs/gn4 --data DIR
//   cifar_norm recalibrate runs/bn --out bn.safetensors
//
// Training writes the configuration of the network into the model file; eval reads it from there.
#pragma once

#include "apps/cli/options.h"

namespace norma {

/// argv[0] is "eval". Prints the score and returns the exit status; throws the errors of parse_options().
int run_eval(const Program& program, int argc, const char* const* argv);
/// argv[0] is "recalibrate".
int run_recalibrate(const Program& program, int argc, const char* const* argv);

}  // namespace norma
