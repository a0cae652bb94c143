// What the programs that train have in common: their command line, the lines before the training, and how every
// failure ends.
#pragma once

#include <functional>
#include <string>

#include "apps/cli/options.h"

namespace norma {

/// Runs `body`, and tells what it throws in one sentence on stderr, after the program's name. Returns the exit status:
/// body's, 2 for a wrong command line, 130 after Ctrl-C, 1 for any other failure.
int run_app(const std::string& name, const std::function<int()>& body);

/// main() of a program that trains, and its commands eval, compare and study.
int train_program(const Program& program, int argc, const char* const* argv);

/// The command line, as a shell takes it.
std::string command_line(const std::string& program, int argc, const char* const* argv);

}  // namespace norma
