// Python, for tests that read Norma's files with other programs.
#pragma once

#include <string>

#include "bench/peer.h"
#include "tests/support/process.h"

namespace norma::test {

/// The first Python that can import all of `modules` ("onnxruntime, numpy"); empty if none can. It is
/// searched as the benchmarks search PyTorch: $NORMA_PYTHON, else python3 and /usr/bin/python3.
inline std::string python_with(const std::string& modules) {
  for (const std::string& python : Peer::pythons())
    if (run_program({"/usr/bin/env", python, "-c", "import " + modules}).status == 0) return python;
  return "";
}

/// The message when python_with() found nothing; ctest recognises it as skipped.
inline std::string no_python_with(const std::string& modules) {
  return "skipped: no Python here can import " + modules + " (set NORMA_PYTHON to one that can)";
}

}  // namespace norma::test
