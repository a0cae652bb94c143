// mnist_norm: cifar_norm's sibling for handwritten digits.
//
//   mnist_norm --preset mnist-9752 --norm gn
#include "apps/program.h"

int main(int argc, char** argv) {
  return norma::run_program("mnist_norm",
                            [&] { return norma::train_program(norma::mnist_norm, argc, argv); });
}
