// Runs a program and keeps what it said.
#pragma once

#include <string>
#include <vector>

namespace norma::test {

struct Finished {
  int status;  ///< exit status; 128 + the signal's number where one ended it
  std::string out, err;
};

/// Runs argv[0] with the given arguments. With `interrupt_when`, sends SIGINT as soon as that text was
/// printed.
Finished run_program(const std::vector<std::string>& argv, const std::string& interrupt_when = "");

}  // namespace norma::test
