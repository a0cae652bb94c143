// A short training of the program, as a shell sees it.
#pragma once

#include <string>

#include "tests/data/temporary_folder.h"
#include "tests/support/process.h"

namespace norma::test {

/// Runs a bash script. In it "$CIFAR" is cifar_norm, "$SMALL" the flags of a short training, "$TRAIN" both,
/// which still needs its --out, and "$OUT" the folder.
inline Finished shell(const TemporaryFolder& folder, const std::string& script) {
  const std::string cifar = NORMA_CIFAR_NORM,
                    small = "--data synthetic --limit-train 64 --limit-test 32 --epochs 1 --batch-size 32";
  return run_program({"/usr/bin/env", "CIFAR=" + cifar, "SMALL=" + small, "TRAIN=" + cifar + " " + small,
                      "OUT=" + folder.path().string(), "/bin/bash", "-c", script});
}

}  // namespace norma::test
