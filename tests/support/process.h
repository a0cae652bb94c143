// Runs a program and keeps its output.
#pragma once

#include <string>
#include <vector>

namespace norma::test {

struct Finished {
  int status;  ///< exit status, or 128 + signal number if a signal ended it
  std::string out, err;
};

/// Runs argv[0] with the given arguments. With `interrupt_when`, sends SIGINT when that text has been
/// printed.
Finished run_program(const std::vector<std::string>& argv, const std::string& interrupt_when = "");

}  // namespace norma::test
