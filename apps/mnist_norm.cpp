// mnist_norm: the same as cifar_norm, but for handwritten digits.
//
//   mnist_norm --norm gn
//   mnist_norm eval runs/gn                scores the trained network (apps/commands/eval.h)
#include "apps/cli/run_app.h"
#include "apps/commands/program.h"

int main(int argc, char** argv) {
  return norma::run_app("mnist_norm", [&] { return norma::train_program(norma::mnist_norm, argc, argv); });
}
