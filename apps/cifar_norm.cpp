// cifar_norm: trains a small CNN on CIFAR-10 with the normalization of your choice.
//
//   cifar_norm --norm gn --groups 4        trains
//   cifar_norm eval runs/gn4               scores the trained network (apps/commands/eval.h)
//
// The steps of a run: options (apps/cli/options.h) → network (optim/presets.h) → data → epochs
// (optim/trainer.h) → run folder (optim/run/run_folder.h). README.md has an example, --help the flags.
#include "apps/cli/run_app.h"
#include "apps/commands/program.h"

int main(int argc, char** argv) {
  return norma::run_app("cifar_norm", [&] { return norma::train_program(norma::cifar_norm, argc, argv); });
}
