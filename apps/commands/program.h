// Shared by the programs that train: command line and the lines before the training.
#pragma once

#include <string>

#include "apps/cli/options.h"

namespace norma {

/// main() of a program that trains, and its commands eval, compare and study.
int train_program(const Program& program, int argc, const char* const* argv);

/// The command line, as a shell reads it.
std::string command_line(const std::string& program, int argc, const char* const* argv);

}  // namespace norma
