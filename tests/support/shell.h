// A short training of the program, as a shell sees it.
#pragma once

#include <string>

#include "tests/data/temporary_folder.h"
#include "tests/support/process.h"

namespace norma::test {

/// Runs a bash script. In it "$TRAIN" is a short training, which still needs its --out, "$CIFAR" is
/// cifar_norm and "$OUT" the folder.
inline Finished shell(const TemporaryFolder& folder, const std::string& script) {
  const std::string train = std::string(NORMA_CIFAR_NORM) +
                            " --data synthetic --limit-train 64 --limit-test 32 --epochs 1 --batch-size 32";
  return run_program({"/usr/bin/env", "TRAIN=" + train, std::string("CIFAR=") + NORMA_CIFAR_NORM,
                      "OUT=" + folder.path().string(), "/bin/bash", "-c", script});
}

}  // namespace norma::test
