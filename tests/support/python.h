// Python, for tests that hold Norma's files against the readers that other people use.
#pragma once

#include <string>

#include "bench/peer.h"
#include "tests/support/process.h"

namespace norma::test {

/// The first Python that can import all of `modules` ("onnxruntime, numpy"); empty where none can. Looks where the
/// benchmarks look for PyTorch: in $NORMA_PYTHON, else python3 and /usr/bin/python3.
inline std::string python_with(const std::string& modules) {
  for (const std::string& python : Peer::pythons())
    if (run_program({"/usr/bin/env", python, "-c", "import " + modules}).status == 0) return python;
  return "";
}

/// The reason, which ctest looks for, where python_with() found nothing.
inline std::string no_python_with(const std::string& modules) {
  return "skipped: no Python here can import " + modules + " (NORMA_PYTHON names one to use)";
}

}  // namespace norma::test
