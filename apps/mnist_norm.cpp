// mnist_norm: cifar_norm's sibling for handwritten digits.
//
//   mnist_norm --norm gn
//   mnist_norm eval runs/gn                scores what was trained (apps/commands/eval.h)
#include "apps/commands/program.h"

int main(int argc, char** argv) {
  return norma::run_app("mnist_norm", [&] { return norma::train_program(norma::mnist_norm, argc, argv); });
}
